// Answers ports.py's script in Go: client DIRECTORY < script
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"client/sluice"
)

func main() {
	table, err := sluice.ReadTable(os.Args[1])
	if err != nil {
		fmt.Println("error " + err.Error())
		os.Exit(1)
	}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<24)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for input.Scan() {
		fmt.Fprintln(output, answer(table, strings.Split(input.Text(), " ")))
	}
}

func answer(table *sluice.Table, words []string) string {
	switch words[0] {
	case "xxh64":
		seed, _ := strconv.ParseUint(words[2], 16, 64)
		return fmt.Sprintf("%016x", sluice.XXH64(text(words[1]), seed))
	case "mix64":
		value, _ := strconv.ParseUint(words[1], 16, 64)
		return fmt.Sprintf("%016x", sluice.Mix64(value))
	case "bench":
		return bench(table, words[1], words[2], words[3])
	}
	texts := make([]string, len(words)-1)
	for index, word := range words[1:] {
		texts[index] = text(word)
	}
	if words[0] == "explain" {
		explanation, isKnown := table.Explain(texts[0], texts[1], texts[3], texts[2])
		if !isKnown {
			return "null"
		}
		line, _ := json.Marshal(explanation)
		return string(line)
	}
	shown, isShown := sluice.Assignment{}, false
	if words[0] == "allowed" {
		shown, isShown = table.AssignAmong(texts[4:], texts[0], texts[1], texts[3], texts[2])
	} else {
		shown, isShown = table.Assign(texts[0], texts[1], texts[3], texts[2])
	}
	if !isShown {
		return "null"
	}
	own := 0
	if shown.HasOwnGroup {
		own = 1
	}
	return fmt.Sprintf("%s %016x %s %d", hex.EncodeToString([]byte(shown.Variant)), math.Float64bits(shown.Propensity), shown.Date, own)
}

func text(word string) string {
	if word == "-" {
		return ""
	}
	bytes, err := hex.DecodeString(word)
	if err != nil {
		panic(err)
	}
	return string(bytes)
}

// bench measures the nanoseconds of an assignment: of the fastest of many short turns, which nothing else on the machine came into.
func bench(table *sluice.Table, platform, slot, turns string) string {
	count, _ := strconv.Atoi(turns)
	visitors := make([]string, 1000)
	for index := range visitors {
		visitors[index] = fmt.Sprintf("visitor-%d", index)
	}
	seen, least := 0, time.Hour
	for turn := 0; turn < count/1000; turn++ {
		start := time.Now()
		for _, visitor := range visitors {
			shown, _ := table.Assign(platform, slot, visitor, "*")
			seen += len(shown.Variant)
		}
		if took := time.Since(start); took < least {
			least = took
		}
	}
	if seen == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%.0f", float64(least.Nanoseconds())/1000)
}
