package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"
)

const (
	// followSeconds is how long a server may take to subscribe to all channels.
	followSeconds = 30
	// settleSeconds after the last connection let a server finish what connecting has started.
	settleSeconds = 0.5
)

// Run is one server's subscribers, and the publisher of their turns.
type Run struct {
	config      *Config
	began       time.Time
	interviews  []*Interview
	subscribers []*Subscriber
	publisher   *Publisher
	counters    Counters
	// broken receives why a run failed.
	broken chan error
	// wanted are the interviews whose next turn is to be published; each load replaces it.
	mutex  sync.Mutex
	wanted chan *Interview
}

// NewRun connects to Redis.
func NewRun(config *Config) (*Run, error) {
	if len(config.Corpus) <= config.TextLength {
		return nil, errors.New("the corpus is too short")
	}
	run := &Run{config: config, began: time.Now()}
	conn, err := redis.Dial("tcp", config.Redis)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(config.SigningKey)
	if err != nil {
		return nil, err
	}
	run.publisher = &Publisher{conn: conn, now: run.now, key: key}
	for number := range config.Interviews {
		interview := NewInterview(config, number)
		run.interviews = append(run.interviews, interview)
		for index := range config.Subscribers {
			run.subscribers = append(run.subscribers, NewSubscriber(interview, index))
		}
	}
	run.broken = make(chan error, len(run.subscribers)+2)
	return run, nil
}

func (run *Run) now() time.Duration {
	return time.Since(run.began)
}

// Connect opens all subscribers, ConcurrentDials of them concurrently.
func (run *Run) Connect() (*Connected, error) {
	usage, err := BeginUsage(run.config.Processes)
	if err != nil {
		return nil, err
	}
	began := run.now()
	waiting := make(chan *Subscriber, len(run.subscribers))
	for _, subscriber := range run.subscribers {
		waiting <- subscriber
	}
	close(waiting)
	opened := make(chan time.Duration, len(run.subscribers))
	for range run.config.ConcurrentDials {
		go func() {
			for subscriber := range waiting {
				at, err := subscriber.Open(run.config, run.now)
				if err != nil {
					run.broken <- err
					return
				}
				opened <- at
				go func() { run.broken <- subscriber.Follow(run.now, &run.counters, run.complete) }()
			}
		}()
	}
	last := began
	for range run.subscribers {
		select {
		case at := <-opened:
			last = max(last, at)
		case err := <-run.broken:
			return nil, err
		}
	}
	shares, err := usage.Shares()
	if err != nil {
		return nil, err
	}
	if err := run.publisher.WaitUntilFollowed(run.interviews, followSeconds*time.Second); err != nil {
		return nil, err
	}
	time.Sleep(time.Duration(settleSeconds * float64(time.Second)))
	return &Connected{Seconds: (last - began).Seconds(), CPU: shares}, nil
}

// complete requests the next turn of an interview once all its subscribers have the last one.
func (run *Run) complete(interview *Interview) {
	run.mutex.Lock()
	defer run.mutex.Unlock()
	if run.wanted != nil {
		run.wanted <- interview
	}
}

// Measure runs a load and returns once every published turn has arrived at every subscriber.
func (run *Run) Measure(load *Load) (*Measured, error) {
	wanted := make(chan *Interview, len(run.interviews)*max(load.Window, 1)+batch)
	published := make(chan error, 1)
	go func() { published <- run.publisher.Run(wanted) }()
	stop := run.offer(load, wanted)
	if err := run.pause(load.WarmUpSeconds, published); err != nil {
		return nil, err
	}
	usage, err := BeginUsage(run.config.Processes)
	if err != nil {
		return nil, err
	}
	began, messages, turns := run.now(), run.counters.messages.Load(), run.turns()
	run.counters.timed.Store(load.Window == 0)
	if err := run.pause(load.Seconds, published); err != nil {
		return nil, err
	}
	measured := &Measured{
		Seconds:  (run.now() - began).Seconds(),
		Messages: run.counters.messages.Load() - messages,
		Turns:    run.turns() - turns,
	}
	if measured.CPU, err = usage.Shares(); err != nil {
		return nil, err
	}
	stop()
	if err := <-published; err != nil {
		return nil, err
	}
	if err := run.drain(); err != nil {
		return nil, err
	}
	run.counters.timed.Store(false)
	measured.Milliseconds = run.milliseconds()
	return measured, nil
}

// offer requests turns as the window allows, or at a fixed rate. Returns a function that stops it.
func (run *Run) offer(load *Load, wanted chan *Interview) func() {
	if load.Window > 0 {
		run.mutex.Lock()
		defer run.mutex.Unlock()
		for range load.Window {
			for _, interview := range run.interviews {
				wanted <- interview
			}
		}
		run.wanted = wanted
		return func() {
			run.mutex.Lock()
			defer run.mutex.Unlock()
			run.wanted = nil
			close(wanted)
		}
	}
	ticker, done, ended := time.NewTicker(time.Duration(float64(time.Second)/load.Rate)), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				for _, interview := range run.interviews {
					wanted <- interview
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-ended
		close(wanted)
	}
}

func (run *Run) pause(seconds float64, published <-chan error) error {
	select {
	case <-time.After(time.Duration(seconds * float64(time.Second))):
		return nil
	case err := <-run.broken:
		return err
	case err := <-published:
		return fmt.Errorf("publishing ended: %w", err)
	}
}

func (run *Run) turns() int64 {
	var sum int64
	for _, interview := range run.interviews {
		sum += interview.last.Load()
	}
	return sum
}

// drain waits until every subscriber has every turn.
func (run *Run) drain() error {
	deadline := time.After(time.Duration(run.config.DrainSeconds * float64(time.Second)))
	for _, interview := range run.interviews {
		for index := range interview.missing {
			for interview.missing[index].Load() > 0 {
				select {
				case err := <-run.broken:
					return err
				case <-deadline:
					return fmt.Errorf("lost: %d subscribers lack a turn, %.0f s after the last was published",
						interview.missing[index].Load(), run.config.DrainSeconds)
				case <-time.After(time.Millisecond):
				}
			}
		}
	}
	// a repetition would follow immediately
	return run.pause(0.05, nil)
}

// milliseconds returns percentiles of the delays, by nearest rank.
func (run *Run) milliseconds() map[string]float64 {
	var delays []time.Duration
	for _, subscriber := range run.subscribers {
		delays = append(delays, subscriber.delays...)
		subscriber.delays = nil
	}
	shares := map[string]float64{}
	if len(delays) == 0 {
		return shares
	}
	slices.Sort(delays)
	for name, share := range map[string]float64{"0.5": 0.5, "0.95": 0.95, "0.99": 0.99} {
		rank := int(share*float64(len(delays))+0.999999) - 1
		shares[name] = float64(delays[max(rank, 0)].Microseconds()) / 1000
	}
	return shares
}
