package main

import "encoding/json"

// Config is what the benchmark asks for, as JSON on standard input, one line.
type Config struct {
	// URL of the server's WebSocket.
	URL string `json:"url"`
	// Init is the payload of connection_init.
	Init json.RawMessage `json:"init"`
	// Query is the subscription; it takes the variables of each interview.
	Query string `json:"query"`
	// Redis is host:port of the server that carries the turns.
	Redis string `json:"redis"`
	// Processes to be watched, by what they are called in the figures.
	Processes map[string]int `json:"processes"`
	// Interviews that are followed.
	Interviews []InterviewConfig `json:"interviews"`
	// Subscribers of each interview.
	Subscribers int `json:"subscribers"`
	// AtOnce is how many connections are being opened at one moment.
	AtOnce int `json:"at_once"`
	// Deflate: offer permessage-deflate, as browsers do.
	Deflate bool `json:"deflate"`
	// DrainSeconds within which what is in flight at the end of a load must arrive.
	DrainSeconds float64 `json:"drain_seconds"`
	// Corpus is where the words of turns are taken from: letters and spaces.
	Corpus string `json:"corpus"`
	// TextLength of a turn, in characters.
	TextLength int `json:"text_length"`
}

// InterviewConfig is one interview, of which one turn is stored: seq 1. Messages and texts have marks in place of what differs
// from turn to turn (see turns.go).
type InterviewConfig struct {
	Variables json.RawMessage `json:"variables"`
	// Channel of Redis on which its turns go.
	Channel string `json:"channel"`
	// Message of a turn, as it goes through Redis.
	Message string `json:"message"`
	// Shown is the turn as a subscriber sees it: field by field, without one for null.
	Shown map[string]*string `json:"shown"`
	// StoredID and StoredText of turn 1, with which every stream begins.
	StoredID   string `json:"stored_id"`
	StoredText string `json:"stored_text"`
}

// Load is what is to be measured once all are connected, as JSON on standard input, one line.
type Load struct {
	// Window is how many turns of an interview are in flight at most; 0: Rate decides.
	Window int `json:"window"`
	// Rate of turns of each interview, per second, whether or not they arrive.
	Rate float64 `json:"rate"`
	// WarmUpSeconds before anything is counted.
	WarmUpSeconds float64 `json:"warm_up_seconds"`
	// Seconds that are counted.
	Seconds float64 `json:"seconds"`
}

// Connected tells of the opening of all connections.
type Connected struct {
	// Seconds from the first dial until every subscriber held its first event.
	Seconds float64 `json:"seconds"`
	// CPU shares of one core.
	CPU map[string]float64 `json:"cpu"`
	// Deflated: the server took the offer.
	Deflated bool `json:"deflated"`
}

// Measured tells of a load. Whatever was published has arrived at every subscriber, in order, once, and as it should be.
type Measured struct {
	// Seconds, Messages that arrived in them, at all subscribers, and Turns that were published in them.
	Seconds  float64 `json:"seconds"`
	Messages int64   `json:"messages"`
	Turns    int64   `json:"turns"`
	// Milliseconds from publish to receive, by share: "0.5", "0.95", "0.99".
	Milliseconds map[string]float64 `json:"milliseconds"`
	// WireBytes of one message, its WebSocket header not counted.
	WireBytes float64 `json:"wire_bytes"`
	// CPU shares of one core.
	CPU map[string]float64 `json:"cpu"`
}
