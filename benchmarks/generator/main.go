// The load generator: publisher and every subscriber, on one clock. Its caller speaks to it in lines of JSON: a Config, which is
// answered with Connected once all subscribers hold their first event; then a Load, which is answered with Measured, and so on
// until standard input ends. Anything that is lost, repeated, out of order or not as it should be ends it with 1, and a sentence.
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
	// what is left behind by messages is little, and collecting it would be measured with the server
	debug.SetGCPercent(400)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	asked, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	var config Config
	if err := asked.Decode(&config); err != nil {
		return fmt.Errorf("the configuration is not understood: %w", err)
	}
	run, err := NewRun(&config)
	if err != nil {
		return err
	}
	connected, err := run.Connect()
	if err != nil {
		return err
	}
	if err := answers.Encode(connected); err != nil {
		return err
	}
	for {
		var load Load
		if err := asked.Decode(&load); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the load is not understood: %w", err)
		}
		measured, err := run.Measure(&load)
		if err != nil {
			return err
		}
		if err := answers.Encode(measured); err != nil {
			return err
		}
	}
}
