package main

import (
	"bytes"
	"compress/flate"
	"fmt"
	"testing"

	"github.com/gobwas/httphead"
)

// deflate as a server does that goes on with one window; `anew` with each message.
func deflate(t *testing.T, messages []string, anew bool) [][]byte {
	t.Helper()
	var out bytes.Buffer
	writer, err := flate.NewWriter(&out, 6)
	if err != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for _, message := range messages {
		if anew {
			writer.Reset(&out)
		}
		writer.Write([]byte(message))
		writer.Flush()
		payloads = append(payloads, bytes.Clone(out.Bytes()[:out.Len()-4]))
		out.Reset()
	}
	return payloads
}

func TestCompressedMessagesAreReadWhateverWasAgreedUpon(t *testing.T) {
	var messages []string
	for number := range 500 {
		messages = append(messages, fmt.Sprintf("turn %d of an interview, which repeats what was said in turn %d before", number, number*7%100))
	}
	for _, parameters := range []map[string]string{{}, {"server_no_context_takeover": ""}} {
		inflater, err := accepted([]httphead.Option{httphead.NewOption("permessage-deflate", parameters)})
		if err != nil {
			t.Fatal(err)
		}
		for number, payload := range deflate(t, messages, len(parameters) > 0) {
			message, err := inflater.inflate(payload)
			if err != nil || string(message) != messages[number] {
				t.Fatalf("%v: message %d is %q, %v", parameters, number, message, err)
			}
		}
	}
}

func TestACompressedMessageThatWasNotAgreedUponIsRefused(t *testing.T) {
	inflater, err := accepted(nil)
	if err != nil || inflater != nil {
		t.Fatal(inflater, err)
	}
	if _, err := inflater.inflate([]byte{1}); err == nil {
		t.Error("it was read")
	}
}
