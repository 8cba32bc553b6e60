package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/gomodule/redigo/redis"
)

// batch is the largest number of turns in one pipeline to Redis.
const batch = 128

// Publisher publishes turns as the product does after storing them.
type Publisher struct {
	conn redis.Conn
	now  func() time.Duration
	key  []byte
}

// sign returns the message with its signature in front, or unchanged without a key.
func (publisher *Publisher) sign(channel string, message []byte) []byte {
	if len(publisher.key) == 0 {
		return message
	}
	mac := hmac.New(sha256.New, publisher.key)
	mac.Write([]byte(channel + "\n"))
	mac.Write(message)
	return append(hex.AppendEncode(nil, mac.Sum(nil)), message...)
}

// WaitUntilFollowed waits until every channel has a subscriber.
func (publisher *Publisher) WaitUntilFollowed(interviews []*Interview, patience time.Duration) error {
	arguments := []any{"NUMSUB"}
	for _, interview := range interviews {
		arguments = append(arguments, interview.config.Channel)
	}
	for began := publisher.now(); publisher.now()-began < patience; time.Sleep(10 * time.Millisecond) {
		counts, err := redis.Int64Map(publisher.conn.Do("PUBSUB", arguments...))
		if err != nil {
			return err
		}
		followed := 0
		for _, count := range counts {
			if count > 0 {
				followed++
			}
		}
		if followed == len(interviews) {
			return nil
		}
	}
	return fmt.Errorf("the server has not subscribed to all channels after %s", patience)
}

// Run publishes the next turn of each interview that is received, until the channel closes.
func (publisher *Publisher) Run(wanted <-chan *Interview) error {
	for interview := range wanted {
		var seqs [batch]int64
		var interviews [batch]*Interview
		count := 0
		for interview != nil {
			seq, message, err := interview.Next()
			if err != nil {
				return err
			}
			channel := interview.config.Channel
			if err := publisher.conn.Send("PUBLISH", channel, publisher.sign(channel, message)); err != nil {
				return err
			}
			seqs[count], interviews[count] = seq, interview
			count++
			interview = nil
			if count < batch {
				select {
				case interview = <-wanted:
				default:
				}
			}
		}
		now := publisher.now()
		for index := range count {
			interviews[index].RecordPublished(seqs[index], now)
		}
		if err := publisher.conn.Flush(); err != nil {
			return err
		}
		for index := range count {
			if receivers, err := redis.Int64(publisher.conn.Receive()); err != nil {
				return err
			} else if receivers == 0 {
				return fmt.Errorf("nobody was subscribed when turn %d was published", seqs[index])
			}
		}
	}
	return nil
}
