// Channels of Go as a reference. Reads lines of `items capacity procs milliseconds`, sends so many points through a
// channel of that capacity again and again until so much time has passed, and answers with JSON: microseconds of the clock
// and of the CPU for each item.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

type point struct{ x, y int }

func stream(items, capacity int) {
	points := make(chan point, capacity)
	go func() {
		for i := 0; i < items; i++ {
			points <- point{i, i + 1}
		}
		close(points)
	}()
	sum := 0
	for item := range points {
		sum += item.x
	}
	if sum != items*(items-1)/2 {
		panic("an item is missing")
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var items, capacity, procs, milliseconds int
		if _, err := fmt.Sscan(lines.Text(), &items, &capacity, &procs, &milliseconds); err != nil {
			panic(err)
		}
		runtime.GOMAXPROCS(procs)
		start, cpuStart, runs := time.Now(), cpu(), 0
		for runs == 0 || time.Since(start) < time.Duration(milliseconds)*time.Millisecond {
			stream(items, capacity)
			runs++
		}
		perItem := func(spent time.Duration) float64 {
			return float64(spent.Nanoseconds()) / 1000 / float64(runs*items)
		}
		fmt.Printf("{\"wallUs\":%g,\"cpuUs\":%g}\n", perItem(time.Since(start)), perItem(cpu()-cpuStart))
	}
}
