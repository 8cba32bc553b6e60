package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// markOperation stands for the id of the subscriber's operation.
const markOperation = "%OPERATION%"

// Shape is how a server writes its events. It is learnt from a first event that was read as JSON and checked field by field; any
// further event must then be the same to the byte, but for what differs from turn to turn.
type Shape struct {
	parts []string
}

// envelope of graphql-transport-ws's next.
type envelope struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Payload struct {
		Data   map[string]map[string]any `json:"data"`
		Errors []any                     `json:"errors"`
	} `json:"payload"`
}

// Learn the shape of a first event: the stored turn, under that operation's id.
func Learn(event []byte, interview *Interview, operation string) (*Shape, error) {
	var read envelope
	if err := json.Unmarshal(event, &read); err != nil {
		return nil, fmt.Errorf("a first event is no JSON: %w", err)
	}
	turn := read.Payload.Data["turnAdded"]
	if read.ID != operation || read.Type != "next" || len(read.Payload.Errors) > 0 || turn == nil {
		return nil, fmt.Errorf("a first event is none: %.300s", event)
	}
	if len(turn) != len(interview.config.Shown) {
		return nil, fmt.Errorf("a first event has %d fields, not %d", len(turn), len(interview.config.Shown))
	}
	for field, shown := range interview.config.Shown {
		if shown == nil && turn[field] == nil {
			continue
		}
		want := "null"
		if shown != nil {
			want = string(interview.Render(split(*shown), 1))
		}
		if got := fmt.Sprint(turn[field]); !isSame(got, want) {
			return nil, fmt.Errorf("a first event's %s is %q, not %q", field, got, want)
		}
	}
	marked := string(event)
	id := string(interview.AppendID(nil, 1))
	for _, mark := range [][2]string{{operation, markOperation}, {id, markID}, {interview.Text(1), markText}} {
		if strings.Count(marked, mark[0]) != 1 {
			return nil, fmt.Errorf("a first event has %q %d times, not once", mark[0], strings.Count(marked, mark[0]))
		}
		marked = strings.Replace(marked, mark[0], mark[1], 1)
	}
	return &Shape{parts: cut(marked)}, nil
}

// isSame: two values, or two ways to write one moment to the millisecond.
func isSame(got, want string) bool {
	if got == want {
		return true
	}
	one, err := time.Parse(time.RFC3339Nano, got)
	other, otherErr := time.Parse(time.RFC3339Nano, want)
	return err == nil && otherErr == nil && one.Truncate(time.Millisecond).Equal(other.Truncate(time.Millisecond))
}

// cut a marked event into literals and marks; its seq, which is 1, becomes a mark too.
func cut(marked string) []string {
	for _, key := range []string{`"seq":1`, `"seq": 1`} {
		marked = strings.Replace(marked, key, key[:len(key)-1]+markSeq, 1)
	}
	var parts []string
	for at, part := range strings.Split(marked, markOperation) {
		if at > 0 {
			parts = append(parts, markOperation)
		}
		parts = append(parts, split(part)...)
	}
	return parts
}

// Check an event: it is the turn of that seq, whole, under that operation's id.
func (shape *Shape) Check(event []byte, interview *Interview, operation string, seq int64) error {
	var scratch [32]byte
	rest := event
	for _, part := range shape.parts {
		var found bool
		switch part {
		case markOperation:
			rest, found = after(rest, operation)
		case markID:
			rest, found = bytes.CutPrefix(rest, interview.AppendID(scratch[:0], seq))
		case markSeq:
			rest, found = bytes.CutPrefix(rest, strconv.AppendInt(scratch[:0], seq, 10))
		case markText:
			rest, found = after(rest, interview.Text(seq))
		default:
			rest, found = after(rest, part)
		}
		if !found {
			return fmt.Errorf("operation %s should have had turn %d next, and got: %.600s", operation, seq, event)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("after turn %d of operation %s comes %.100s", seq, operation, rest)
	}
	return nil
}

// after that beginning comes what is returned, if it is one. A conversion that is compared only copies nothing.
func after(text []byte, beginning string) ([]byte, bool) {
	if len(text) < len(beginning) || string(text[:len(beginning)]) != beginning {
		return text, false
	}
	return text[len(beginning):], true
}
