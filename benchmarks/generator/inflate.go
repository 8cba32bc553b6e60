package main

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws/wsflate"
)

// offer of permessage-deflate, as Chromium makes it.
var offer = httphead.NewOption("permessage-deflate", map[string]string{"client_max_window_bits": ""})

// dictionarySize is how far back a message may refer.
const dictionarySize = 32 * 1024

// ending: the empty block that senders leave out, and one that says that it is the last.
var ending = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

// inflater of one connection's messages.
type inflater struct {
	reader     io.ReadCloser
	forgetful  bool
	dictionary []byte
	out        bytes.Buffer
}

// accepted offer; nil: the server does not compress.
func accepted(extensions []httphead.Option) (*inflater, error) {
	for _, extension := range extensions {
		var parameters wsflate.Parameters
		if err := parameters.Parse(extension); err != nil {
			return nil, fmt.Errorf("the server's permessage-deflate is not understood: %w", err)
		}
		return &inflater{reader: flate.NewReader(nil), forgetful: parameters.ServerNoContextTakeover}, nil
	}
	return nil, nil
}

// inflate a message; what it returns is good until the next one.
func (inflater *inflater) inflate(payload []byte) ([]byte, error) {
	if inflater == nil {
		return nil, fmt.Errorf("a compressed message came, which was not agreed upon")
	}
	source := io.MultiReader(bytes.NewReader(payload), bytes.NewReader(ending))
	if err := inflater.reader.(flate.Resetter).Reset(source, inflater.dictionary); err != nil {
		return nil, err
	}
	inflater.out.Reset()
	if _, err := inflater.out.ReadFrom(inflater.reader); err != nil {
		return nil, fmt.Errorf("a message is not compressed as agreed upon: %w", err)
	}
	message := inflater.out.Bytes()
	if !inflater.forgetful {
		inflater.dictionary = append(inflater.dictionary, message...)
		if surplus := len(inflater.dictionary) - dictionarySize; surplus > 0 {
			inflater.dictionary = append(inflater.dictionary[:0], inflater.dictionary[surplus:]...)
		}
	}
	return message, nil
}
