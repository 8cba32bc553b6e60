// The load generator: the publisher and every subscriber, on one clock. Its caller sends lines of JSON: a Config, which is
// answered with Connected once all subscribers have their first event; then any number of Loads, each answered with Measured.
// A turn that is lost, repeated, out of order or wrong ends the program with status 1 and an explanation on standard error.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	// messages leave little garbage, and collecting it more often would compete with the measurement
	debug.SetGCPercent(400)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	requests, responses := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	var config Config
	if err := requests.Decode(&config); err != nil {
		return fmt.Errorf("the configuration is invalid: %w", err)
	}
	run, err := NewRun(&config)
	if err != nil {
		return err
	}
	connected, err := run.Connect()
	if err != nil {
		return err
	}
	if err := responses.Encode(connected); err != nil {
		return err
	}
	for {
		var load Load
		if err := requests.Decode(&load); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the load is invalid: %w", err)
		}
		measured, err := run.Measure(&load)
		if err != nil {
			return err
		}
		if err := responses.Encode(measured); err != nil {
			return err
		}
	}
}
