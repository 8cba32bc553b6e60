package main

import "encoding/json"

// Config is the first line of standard input, as JSON: a server, and the subscribers to connect to it.
type Config struct {
	// URL of the server's WebSocket.
	URL string `json:"url"`
	// Init is the payload of connection_init.
	Init json.RawMessage `json:"init"`
	// Query is the subscription; it takes the variables of each interview.
	Query string `json:"query"`
	// Redis is host:port of the server that carries the turns.
	Redis string `json:"redis"`
	// SigningKey signs the turns as the product does (live/signing.py), in hexadecimal; empty for peers, which do not check them.
	SigningKey string `json:"signing_key"`
	// Processes whose CPU time is measured, by their names in the results.
	Processes map[string]int `json:"processes"`
	// Interviews to follow.
	Interviews []InterviewConfig `json:"interviews"`
	// Subscribers of each interview.
	Subscribers int `json:"subscribers"`
	// ConcurrentDials is how many connections are opened concurrently.
	ConcurrentDials int `json:"concurrent_dials"`
	// DrainSeconds within which every turn in flight at the end of a load must arrive.
	DrainSeconds float64 `json:"drain_seconds"`
	// Corpus is the source of the turns' texts: letters and spaces only.
	Corpus string `json:"corpus"`
	// TextLength of a turn, in characters.
	TextLength int `json:"text_length"`
}

// InterviewConfig is one interview with one stored turn, seq 1. Messages and texts have placeholders for what differs from turn
// to turn (see turns.go).
type InterviewConfig struct {
	Variables json.RawMessage `json:"variables"`
	// Channel of Redis on which its turns are published.
	Channel string `json:"channel"`
	// Message of a turn, as it is published.
	Message string `json:"message"`
	// Fields of the turn that a subscriber must receive; nil stands for null.
	Fields map[string]*string `json:"fields"`
	// StoredID and StoredText of turn 1, which is the first event of every subscription.
	StoredID   string `json:"stored_id"`
	StoredText string `json:"stored_text"`
}

// Load is a further line of standard input, as JSON: what to measure once all subscribers are connected.
type Load struct {
	// Window is how many turns of an interview may be in flight; 0 means that Rate decides.
	Window int `json:"window"`
	// Rate of turns of each interview, per second, whether or not earlier ones have arrived.
	Rate float64 `json:"rate"`
	// WarmUpSeconds before the measurement.
	WarmUpSeconds float64 `json:"warm_up_seconds"`
	// Seconds of the measurement.
	Seconds float64 `json:"seconds"`
}

// Connected is the result of a Config.
type Connected struct {
	// Seconds from the first dial until every subscriber had its first event.
	Seconds float64 `json:"seconds"`
	// CPU is the share of one core that each process used.
	CPU map[string]float64 `json:"cpu"`
}

// Measured is the result of a Load. Every published turn has arrived at every subscriber, once, in order and unchanged.
type Measured struct {
	// Seconds of the measurement, Messages received in it by all subscribers, and Turns published in it.
	Seconds  float64 `json:"seconds"`
	Messages int64   `json:"messages"`
	Turns    int64   `json:"turns"`
	// Milliseconds from publish to receive, by share: "0.5", "0.95", "0.99".
	Milliseconds map[string]float64 `json:"milliseconds"`
	// CPU is the share of one core that each process used.
	CPU map[string]float64 `json:"cpu"`
}
