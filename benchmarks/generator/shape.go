package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// markOperation is the placeholder of the subscriber's operation id.
const markOperation = "%OPERATION%"

// Shape is how a server serializes its events. It is learnt from the first event that was parsed and checked field by field; every
// further event must then be equal byte by byte, except for what differs from turn to turn.
type Shape struct {
	parts []string
}

// envelope is a message of graphql-transport-ws with the type next.
type envelope struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Payload struct {
		Data   map[string]map[string]any `json:"data"`
		Errors []any                     `json:"errors"`
	} `json:"payload"`
}

// Learn checks the first event, which must be the stored turn, and returns its shape.
func Learn(event []byte, interview *Interview, operation string) (*Shape, error) {
	var read envelope
	if err := json.Unmarshal(event, &read); err != nil {
		return nil, fmt.Errorf("the first event is not JSON: %w", err)
	}
	turn := read.Payload.Data["turnAdded"]
	if read.ID != operation || read.Type != "next" || len(read.Payload.Errors) > 0 || turn == nil {
		return nil, fmt.Errorf("the first event is not a turn: %.300s", event)
	}
	if len(turn) != len(interview.config.Fields) {
		return nil, fmt.Errorf("the first event has %d fields, not %d", len(turn), len(interview.config.Fields))
	}
	for field, value := range interview.config.Fields {
		if value == nil && turn[field] == nil {
			continue
		}
		want := "null"
		if value != nil {
			want = string(interview.Render(splitAtPlaceholders(*value), 1))
		}
		if got := fmt.Sprint(turn[field]); !isSame(got, want) {
			return nil, fmt.Errorf("the first event's %s is %q, not %q", field, got, want)
		}
	}
	marked := string(event)
	id := string(interview.AppendID(nil, 1))
	for _, mark := range [][2]string{{operation, markOperation}, {id, markID}, {interview.Text(1), markText}} {
		if strings.Count(marked, mark[0]) != 1 {
			return nil, fmt.Errorf("the first event has %q %d times, not once", mark[0], strings.Count(marked, mark[0]))
		}
		marked = strings.Replace(marked, mark[0], mark[1], 1)
	}
	return &Shape{parts: splitEvent(marked)}, nil
}

// isSame compares two values, or two notations of one timestamp to the millisecond.
func isSame(got, want string) bool {
	if got == want {
		return true
	}
	gotTime, err := time.Parse(time.RFC3339Nano, got)
	wantTime, wantErr := time.Parse(time.RFC3339Nano, want)
	return err == nil && wantErr == nil && gotTime.Truncate(time.Millisecond).Equal(wantTime.Truncate(time.Millisecond))
}

// splitEvent splits an event with placeholders into its parts; its seq, which is 1, becomes a placeholder too.
func splitEvent(marked string) []string {
	for _, key := range []string{`"seq":1`, `"seq": 1`} {
		marked = strings.Replace(marked, key, key[:len(key)-1]+markSeq, 1)
	}
	var parts []string
	for at, part := range strings.Split(marked, markOperation) {
		if at > 0 {
			parts = append(parts, markOperation)
		}
		parts = append(parts, splitAtPlaceholders(part)...)
	}
	return parts
}

// Check returns an error unless the event is the turn with this seq, complete, for this operation.
func (shape *Shape) Check(event []byte, interview *Interview, operation string, seq int64) error {
	var scratch [32]byte
	rest := event
	for _, part := range shape.parts {
		var found bool
		switch part {
		case markOperation:
			rest, found = cutPrefix(rest, operation)
		case markID:
			rest, found = bytes.CutPrefix(rest, interview.AppendID(scratch[:0], seq))
		case markSeq:
			rest, found = bytes.CutPrefix(rest, strconv.AppendInt(scratch[:0], seq, 10))
		case markText:
			rest, found = cutPrefix(rest, interview.Text(seq))
		default:
			rest, found = cutPrefix(rest, part)
		}
		if !found {
			return fmt.Errorf("operation %s should have had turn %d next, and got: %.600s", operation, seq, event)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("turn %d of operation %s is followed by %.100s", seq, operation, rest)
	}
	return nil
}

// cutPrefix returns the text after a prefix, and whether the prefix was there. The comparison does not copy.
func cutPrefix(text []byte, prefix string) ([]byte, bool) {
	if len(text) < len(prefix) || string(text[:len(prefix)]) != prefix {
		return text, false
	}
	return text[len(prefix):], true
}
