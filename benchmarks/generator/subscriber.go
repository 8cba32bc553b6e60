package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
)

const (
	readBuffer  = 8 * 1024
	openSeconds = 60
)

// Subscriber of one interview, on a connection of its own.
type Subscriber struct {
	interview *Interview
	operation string
	conn      net.Conn
	reader    *bufio.Reader
	header    [ws.MaxHeaderSize]byte
	event     []byte
	shape     *Shape
	seq       int64
	// delays from publish to receive, while they are recorded.
	delays []time.Duration
}

// NewSubscriber makes a subscriber with an operation id that no other has.
func NewSubscriber(interview *Interview, number int) *Subscriber {
	return &Subscriber{interview: interview, operation: fmt.Sprintf("op-%04d-%06d", interview.number, number)}
}

// Open connects, subscribes and waits for the first event, which is turn 1. Returns when it arrived.
func (subscriber *Subscriber) Open(config *Config, now func() time.Duration) (time.Duration, error) {
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, Timeout: openSeconds * time.Second}
	conn, reader, handshake, err := dialer.Dial(context.Background(), config.URL)
	if err != nil {
		return 0, fmt.Errorf("a connection was not opened: %w", err)
	}
	subscriber.conn, subscriber.reader = conn, bufio.NewReaderSize(conn, readBuffer)
	if reader != nil && reader.Buffered() > 0 {
		return 0, errors.New("the server spoke first, which graphql-transport-ws does not allow")
	}
	if handshake.Protocol != "graphql-transport-ws" {
		return 0, fmt.Errorf("the server speaks %q, not graphql-transport-ws", handshake.Protocol)
	}
	if err := conn.SetReadDeadline(time.Now().Add(openSeconds * time.Second)); err != nil {
		return 0, err
	}
	if err := subscriber.subscribe(config); err != nil {
		return 0, err
	}
	event, err := subscriber.next()
	if err != nil {
		return 0, err
	}
	at := now()
	if subscriber.shape, err = Learn(event, subscriber.interview, subscriber.operation); err != nil {
		return 0, err
	}
	subscriber.seq = 1
	return at, conn.SetReadDeadline(time.Time{})
}

func (subscriber *Subscriber) subscribe(config *Config) error {
	if err := subscriber.write(map[string]any{"type": "connection_init", "payload": config.Init}); err != nil {
		return err
	}
	answer, err := subscriber.next()
	if err != nil {
		return err
	}
	var ack struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(answer, &ack); err != nil || ack.Type != "connection_ack" {
		return fmt.Errorf("expected connection_ack, got %.300s", answer)
	}
	payload := map[string]any{"query": config.Query, "variables": subscriber.interview.config.Variables}
	return subscriber.write(map[string]any{"id": subscriber.operation, "type": "subscribe", "payload": payload})
}

func (subscriber *Subscriber) write(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return ws.WriteFrame(subscriber.conn, ws.MaskFrameInPlace(ws.NewTextFrame(text)))
}

// next returns the next event, which is valid until the next call.
func (subscriber *Subscriber) next() ([]byte, error) {
	for {
		header, err := ws.ReadHeaderBuffer(subscriber.reader, subscriber.header[:])
		if err != nil {
			return nil, fmt.Errorf("operation %s lost its connection: %w", subscriber.operation, err)
		}
		if cap(subscriber.event) < int(header.Length) {
			subscriber.event = make([]byte, 2*header.Length)
		}
		payload := subscriber.event[:header.Length]
		if _, err := io.ReadFull(subscriber.reader, payload); err != nil {
			return nil, fmt.Errorf("operation %s lost its connection: %w", subscriber.operation, err)
		}
		switch {
		case header.OpCode == ws.OpPing:
			if err := ws.WriteFrame(subscriber.conn, ws.MaskFrame(ws.NewPongFrame(payload))); err != nil {
				return nil, err
			}
		case header.OpCode == ws.OpClose:
			code, reason := ws.ParseCloseFrameData(payload)
			return nil, fmt.Errorf("operation %s was closed with %d %s", subscriber.operation, code, reason)
		case header.OpCode != ws.OpText || !header.Fin || header.Rsv != 0:
			return nil, fmt.Errorf("operation %s got a frame that is not a whole, uncompressed text", subscriber.operation)
		default:
			return payload, nil
		}
	}
}

// Counters are shared by all subscribers.
type Counters struct {
	messages atomic.Int64
	// timed says whether delays are recorded.
	timed atomic.Bool
}

// Follow checks events until the connection closes, and calls complete when all subscribers have a turn of the interview.
func (subscriber *Subscriber) Follow(now func() time.Duration, counters *Counters, complete func(*Interview)) error {
	for {
		event, err := subscriber.next()
		if err != nil {
			return err
		}
		at := now()
		if err := subscriber.shape.Check(event, subscriber.interview, subscriber.operation, subscriber.seq+1); err != nil {
			return err
		}
		subscriber.seq++
		since, isComplete, err := subscriber.interview.RecordReceived(subscriber.seq)
		if err != nil {
			return err
		}
		if counters.timed.Load() {
			subscriber.delays = append(subscriber.delays, at-since)
		}
		counters.messages.Add(1)
		if isComplete {
			complete(subscriber.interview)
		}
	}
}
