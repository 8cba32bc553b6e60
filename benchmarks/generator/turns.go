package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Placeholders in messages and fields for what differs from turn to turn.
const (
	markID   = "%ID%"
	markSeq  = "%SEQ%"
	markText = "%TEXT%"
)

// maxInFlight is the number of turns of an interview may be in flight.
const maxInFlight = 2048

var errTooManyInFlight = errors.New("more turns are in flight than the generator tracks: the server cannot keep up")

// Interview is an interview that is followed, and its turns in flight.
type Interview struct {
	config      *InterviewConfig
	number      int
	subscribers int32
	corpus      string
	textLength  int
	message     []string // literals and placeholders

	// last is the highest seq that was published.
	last atomic.Int64
	// published is when a turn was published, in nanoseconds of this process's clock, by seq % maxInFlight.
	published [maxInFlight]atomic.Int64
	// missing is how many subscribers have not received a turn, by seq % maxInFlight.
	missing [maxInFlight]atomic.Int32
}

// NewInterview makes the interview with this index in the configuration.
func NewInterview(config *Config, number int) *Interview {
	own := &config.Interviews[number]
	interview := &Interview{
		config: own, number: number, subscribers: int32(config.Subscribers), corpus: config.Corpus, textLength: config.TextLength,
		message: splitAtPlaceholders(own.Message),
	}
	interview.last.Store(1)
	return interview
}

// splitAtPlaceholders splits a text at its placeholders, which remain as parts of their own.
func splitAtPlaceholders(text string) []string {
	var parts []string
	for text != "" {
		at, mark := len(text), ""
		for _, candidate := range []string{markID, markSeq, markText} {
			if index := strings.Index(text, candidate); index >= 0 && index < at {
				at, mark = index, candidate
			}
		}
		if at > 0 {
			parts = append(parts, text[:at])
		}
		if mark != "" {
			parts = append(parts, mark)
		}
		text = text[at+len(mark):]
	}
	return parts
}

// Text returns the text of a turn: an excerpt of the corpus.
func (interview *Interview) Text(seq int64) string {
	if seq == 1 {
		return interview.config.StoredText
	}
	at := int((seq*7919 + int64(interview.number)*104729) % int64(len(interview.corpus)-interview.textLength))
	return interview.corpus[at : at+interview.textLength]
}

// AppendID appends the id of a turn: 24 hexadecimal digits.
func (interview *Interview) AppendID(to []byte, seq int64) []byte {
	if seq == 1 {
		return append(to, interview.config.StoredID...)
	}
	id := [12]byte{
		0xbe, 0, 0, 0, byte(interview.number >> 8), byte(interview.number),
		0, 0, byte(seq >> 24), byte(seq >> 16), byte(seq >> 8), byte(seq),
	}
	return hex.AppendEncode(to, id[:])
}

// Render returns a text with its placeholders filled in.
func (interview *Interview) Render(parts []string, seq int64) []byte {
	out := make([]byte, 0, 1024)
	for _, part := range parts {
		switch part {
		case markID:
			out = interview.AppendID(out, seq)
		case markSeq:
			out = strconv.AppendInt(out, seq, 10)
		case markText:
			out = append(out, interview.Text(seq)...)
		default:
			out = append(out, part...)
		}
	}
	return out
}

// Next allocates the next turn and returns its seq and its message.
func (interview *Interview) Next() (int64, []byte, error) {
	seq := interview.last.Load() + 1
	if !interview.missing[seq%maxInFlight].CompareAndSwap(0, interview.subscribers) {
		return 0, nil, errTooManyInFlight
	}
	interview.last.Store(seq)
	return seq, interview.Render(interview.message, seq), nil
}

// RecordPublished records when a turn is published.
func (interview *Interview) RecordPublished(seq int64, now time.Duration) {
	interview.published[seq%maxInFlight].Store(int64(now))
}

// RecordReceived records a receipt; returns when the turn was published, and whether all subscribers have it now.
func (interview *Interview) RecordReceived(seq int64) (since time.Duration, complete bool, err error) {
	since = time.Duration(interview.published[seq%maxInFlight].Load())
	left := interview.missing[seq%maxInFlight].Add(-1)
	if left < 0 {
		return 0, false, fmt.Errorf("turn %d arrived more often than it was published", seq)
	}
	return since, left == 0, nil
}
