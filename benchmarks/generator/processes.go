package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticks per second in /proc; Linux has never shown programs another number.
const ticks = 100

// Usage measures the CPU time of processes.
type Usage struct {
	pids   map[string]int
	before map[string]float64
	began  time.Time
}

// BeginUsage starts to measure these processes, and this one as "generator".
func BeginUsage(pids map[string]int) (*Usage, error) {
	usage := &Usage{pids: map[string]int{"generator": os.Getpid()}, before: map[string]float64{}, began: time.Now()}
	for name, pid := range pids {
		usage.pids[name] = pid
	}
	for name, pid := range usage.pids {
		seconds, err := cpuSeconds(pid)
		if err != nil {
			return nil, err
		}
		usage.before[name] = seconds
	}
	return usage, nil
}

// Shares returns the share of one core that each process has used.
func (usage *Usage) Shares() (map[string]float64, error) {
	elapsed, shares := time.Since(usage.began).Seconds(), map[string]float64{}
	for name, pid := range usage.pids {
		seconds, err := cpuSeconds(pid)
		if err != nil {
			return nil, err
		}
		shares[name] = (seconds - usage.before[name]) / elapsed
	}
	return shares, nil
}

func cpuSeconds(pid int) (float64, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// the second field, the name, may contain spaces and parentheses
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, err := strconv.ParseFloat(fields[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(fields[12], 64)
	return (user + system) / ticks, err
}
