// Package sluice assigns visitors to variants by Sluice's nightly tables, as Sources/Randomizer/ASSIGNMENT.md says: one file that needs
// nothing but the standard library.
//
//	table, err := sluice.ReadTable("/var/lib/sluice/state") // a state directory, or one table's directory
//	if shown, ok := table.Assign("web", "home-hero", visitor, segment); ok { show(shown.Variant) }
//
// A table never changes, and all goroutines may use it at once. A new one is a new table: keep it in an atomic pointer, read it anew
// every few seconds, and keep the last good one when reading fails. Texts are compared and hashed by their bytes.
package sluice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	prime1 = 0x9E3779B185EBCA87
	prime2 = 0xC2B2AE3D27D4EB4F
	prime3 = 0x165667B19E3779F9
	prime4 = 0x85EBCA77C2B2AE63
	prime5 = 0x27D4EB2F165667C5

	whole    = 1000000
	everyone = "*"
	// XXH64("control", 0).
	controlHash = 0x5FBA359003879D20
)

func round(accumulator, input uint64) uint64 {
	return bits.RotateLeft64(accumulator+input*prime2, 31) * prime1
}

// XXH64 is the 64-bit xxHash of a text's bytes.
func XXH64(text string, seed uint64) uint64 {
	rest := text
	var hash uint64
	if len(rest) >= 32 {
		var one, two uint64 = prime1, prime2
		lanes := [4]uint64{seed + one + two, seed + two, seed, seed - one}
		for ; len(rest) >= 32; rest = rest[32:] {
			for lane := range lanes {
				lanes[lane] = round(lanes[lane], word64(rest[8*lane:]))
			}
		}
		hash = bits.RotateLeft64(lanes[0], 1) + bits.RotateLeft64(lanes[1], 7) +
			bits.RotateLeft64(lanes[2], 12) + bits.RotateLeft64(lanes[3], 18)
		for _, lane := range lanes {
			hash = (hash^round(0, lane))*prime1 + prime4
		}
	} else {
		hash = seed + prime5
	}
	hash += uint64(len(text))
	for ; len(rest) >= 8; rest = rest[8:] {
		hash = bits.RotateLeft64(hash^round(0, word64(rest)), 27)*prime1 + prime4
	}
	if len(rest) >= 4 {
		word := uint64(rest[0]) | uint64(rest[1])<<8 | uint64(rest[2])<<16 | uint64(rest[3])<<24
		hash = bits.RotateLeft64(hash^word*prime1, 23)*prime2 + prime3
		rest = rest[4:]
	}
	for index := 0; index < len(rest); index++ {
		hash = bits.RotateLeft64(hash^uint64(rest[index])*prime5, 11) * prime1
	}
	hash = (hash ^ hash>>33) * prime2
	hash = (hash ^ hash>>29) * prime3
	return hash ^ hash>>32
}

func word64(text string) uint64 {
	_ = text[7]
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}

// Mix64 is SplitMix64's finalizer.
func Mix64(value uint64) uint64 {
	value = (value ^ value>>30) * 0xBF58476D1CE4E5B9
	value = (value ^ value>>27) * 0x94D049BB133111EB
	return value ^ value>>31
}

// uniform is the number in (0, 1] of 64 random bits.
func uniform(random uint64) float64 {
	return (float64(random>>11) + 0.5) * 0x1p-53
}

// Assignment is what a visitor is shown.
type Assignment struct {
	Variant string
	// Propensity is the probability of this assignment, 0 < Propensity <= 1.
	Propensity float64
	// Date of the table, YYYY-MM-DD.
	Date string
	// HasOwnGroup tells whether the segment has a group of its own; the group of everyone served when not.
	HasOwnGroup bool
}

// Explanation says why a visitor is shown what it is: all arms in the visitor's order.
type Explanation struct {
	Date        string   `json:"date"`
	Visitor     string   `json:"visitor"`
	Segment     string   `json:"segment"`
	Variant     string   `json:"variant"`
	Propensity  float64  `json:"propensity"`
	HasOwnGroup bool     `json:"has_own_group"`
	Holdout     *Holdout `json:"holdout"`
	Arms        []Arm    `json:"arms"`
}

// Holdout is what was decided first, by a number of its own.
type Holdout struct {
	// Name is nil for a holdout that is the experiment's own.
	Name    *string `json:"name"`
	Variant string  `json:"variant"`
	Traffic float64 `json:"traffic"`
	Hash    string  `json:"hash"`
	Uniform float64 `json:"uniform"`
	IsHeld  bool    `json:"is_held"`
}

// Arm is a variant as it stood for a visitor; Score is nil where it is infinite.
type Arm struct {
	Variant string   `json:"variant"`
	Traffic float64  `json:"traffic"`
	Hash    string   `json:"hash"`
	Score   *float64 `json:"score"`
}

// Table is a day's allocation. It never changes.
type Table struct {
	// Date on which the table takes effect, YYYY-MM-DD.
	Date string
	// Pipeline that made the table; empty where the manifest does not say.
	Pipeline    string
	experiments map[experimentName]*experiment
}

type experimentName struct{ platform, slot string }

type experiment struct {
	salt        uint64
	holdout     *string
	holdoutSalt uint64
	groups      map[string]*group
	line        int
}

type group struct {
	segment string
	// In byte order.
	arms    []arm
	control *arm
	// The arms with traffic but the control.
	others []arm
	line   int
}

type arm struct {
	variant    string
	hash       uint64
	millionths int
	traffic    float64
	isControl  bool
	line       int
}

// Assign assigns a visitor; an empty segment is everyone. False for an unknown slot: show its default.
func (table *Table) Assign(platform, slot, visitor, segment string) (Assignment, bool) {
	experiment, group, isOwn := table.find(platform, slot, segment)
	if experiment == nil {
		return Assignment{}, false
	}
	unit := XXH64(visitor, experiment.salt)
	chosen := group.control
	if chosen == nil || !experiment.holds(chosen, visitor, unit) {
		chosen = leastScore(group.others, unit)
	}
	return Assignment{chosen.variant, chosen.traffic, table.Date, isOwn}, true
}

// AssignAmong assigns a visitor among the variants that can be shown here and now. False when they have no traffic too.
func (table *Table) AssignAmong(allowed []string, platform, slot, visitor, segment string) (Assignment, bool) {
	experiment, group, isOwn := table.find(platform, slot, segment)
	if experiment == nil {
		return Assignment{}, false
	}
	names := make(map[string]bool, len(allowed))
	for _, name := range allowed {
		names[name] = true
	}
	var others []arm
	kept, shared := 0, 0
	for _, other := range group.others {
		if names[other.variant] {
			others = append(others, other)
			shared += other.millionths
		}
	}
	if group.control != nil && names[group.control.variant] {
		kept = group.control.millionths
	}
	unit := XXH64(visitor, experiment.salt)
	if kept > 0 && shared == 0 {
		return Assignment{group.control.variant, 1, table.Date, isOwn}, true
	}
	if kept > 0 && experiment.holds(group.control, visitor, unit) {
		return Assignment{group.control.variant, group.control.traffic, table.Date, isOwn}, true
	}
	if shared == 0 {
		return Assignment{}, false
	}
	chosen := leastScore(others, unit)
	propensity := float64((whole-kept)*chosen.millionths) / float64(whole*shared)
	return Assignment{chosen.variant, propensity, table.Date, isOwn}, true
}

// Explain says why a visitor is shown what it is. False for an unknown slot.
func (table *Table) Explain(platform, slot, visitor, segment string) (Explanation, bool) {
	experiment, group, isOwn := table.find(platform, slot, segment)
	if experiment == nil {
		return Explanation{}, false
	}
	unit := XXH64(visitor, experiment.salt)
	shown, _ := table.Assign(platform, slot, visitor, segment)
	explanation := Explanation{
		Date: table.Date, Visitor: visitor, Segment: group.segment, Variant: shown.Variant, Propensity: shown.Propensity, HasOwnGroup: isOwn,
	}
	var arms []Arm
	for index := range group.arms {
		one := &group.arms[index]
		if one == group.control {
			continue
		}
		random := Mix64(unit ^ one.hash)
		entry := Arm{Variant: one.variant, Traffic: one.traffic, Hash: fmt.Sprintf("%016x", random)}
		if one.millionths > 0 {
			score := -math.Log(uniform(random)) / one.traffic
			entry.Score = &score
		}
		arms = append(arms, entry)
	}
	sort.SliceStable(arms, func(left, right int) bool {
		return arms[left].Score != nil && (arms[right].Score == nil || *arms[left].Score < *arms[right].Score)
	})
	if control := group.control; control != nil {
		random := experiment.holdoutBits(visitor, unit)
		isHeld := experiment.holds(control, visitor, unit)
		explanation.Holdout = &Holdout{
			experiment.holdout, control.variant, control.traffic, fmt.Sprintf("%016x", random), uniform(random), isHeld,
		}
		entry := Arm{Variant: control.variant, Traffic: control.traffic, Hash: explanation.Holdout.Hash}
		if isHeld {
			entry.Score = new(float64)
			arms = append([]Arm{entry}, arms...)
		} else {
			arms = append(arms, entry)
		}
	}
	explanation.Arms = arms
	return explanation, true
}

func (table *Table) find(platform, slot, segment string) (*experiment, *group, bool) {
	experiment := table.experiments[experimentName{platform, slot}]
	if experiment == nil {
		return nil, nil, false
	}
	if segment != everyone {
		if own := experiment.groups[segment]; own != nil {
			return experiment, own, true
		}
	}
	return experiment, experiment.groups[everyone], false
}

func (experiment *experiment) holdoutBits(visitor string, unit uint64) uint64 {
	if experiment.holdout != nil {
		unit = XXH64(visitor, experiment.holdoutSalt)
	}
	return Mix64(unit ^ controlHash)
}

func (experiment *experiment) holds(control *arm, visitor string, unit uint64) bool {
	return uniform(experiment.holdoutBits(visitor, unit)) < control.traffic || control.millionths == whole
}

// leastScore finds the arm whose clock rings first. -ln(u) is at least 1 - u, so that most arms are seen to lose without a logarithm.
func leastScore(arms []arm, unit uint64) *arm {
	chosen, least := 0, math.Inf(1)
	for index := range arms {
		number := uniform(Mix64(unit ^ arms[index].hash))
		if 1-number > least*arms[index].traffic*(1+0x1p-48) {
			continue
		}
		if score := -math.Log(number) / arms[index].traffic; score < least {
			chosen, least = index, score
		}
	}
	return &arms[chosen]
}

// ReadTable reads the table of a state directory (by its `current`), or of one table's directory, and verifies it.
func ReadTable(directory string) (*Table, error) {
	for attempt := 1; ; attempt++ {
		// `current` is followed once, so that both files are of one table; again when a night published in between.
		found, err := filepath.EvalSymlinks(filepath.Join(directory, "current"))
		if err != nil {
			found = directory
		}
		table, err := readFiles(found)
		if err == nil {
			return table, nil
		}
		if attempt == 3 {
			return nil, fmt.Errorf("%s: %w", found, err)
		}
	}
}

func readFiles(directory string) (*Table, error) {
	manifest, err := os.ReadFile(filepath.Join(directory, "manifest.json"))
	if err != nil {
		return nil, err
	}
	table, err := os.ReadFile(filepath.Join(directory, "allocation.csv"))
	if err != nil {
		return nil, err
	}
	return ParseTable(manifest, table)
}

// ParseTable reads a table from the bytes of its two files, and verifies it: format, length, hash, rows, date, and all rules of the format.
func ParseTable(manifestBytes, tableBytes []byte) (*Table, error) {
	manifest, err := readManifest(manifestBytes)
	if err != nil {
		return nil, err
	}
	const remedy = "publish the table again, or roll back to an earlier one"
	if len(tableBytes) != manifest.bytes {
		return nil, fmt.Errorf("allocation.csv: %d bytes where the manifest says %d; %s", len(tableBytes), manifest.bytes, remedy)
	}
	if digest := XXH64(string(tableBytes), 0); digest != manifest.digest {
		return nil, fmt.Errorf("allocation.csv: xxh64 is %016x where the manifest says %016x; %s", digest, manifest.digest, remedy)
	}
	table := &Table{Date: manifest.date, Pipeline: manifest.pipeline, experiments: map[experimentName]*experiment{}}
	rows, err := table.readRows(tableBytes, manifest.holdouts)
	if err != nil {
		return nil, err
	}
	if rows != manifest.rows {
		return nil, fmt.Errorf("allocation.csv: %d rows where the manifest says %d; %s", rows, manifest.rows, remedy)
	}
	for name, experiment := range table.experiments {
		if err := experiment.finish(name); err != nil {
			return nil, err
		}
	}
	return table, nil
}

type manifest struct {
	date, pipeline string
	rows, bytes    int
	digest         uint64
	// By platform, 0x1F, slot.
	holdouts map[string]string
}

func malformed(file string, line int, format string, words ...any) error {
	place := file
	if line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	return fmt.Errorf("%s: %s; publish the table again", place, fmt.Sprintf(format, words...))
}

func readManifest(text []byte) (manifest, error) {
	const file = "manifest.json"
	result := manifest{holdouts: map[string]string{}}
	if !utf8.Valid(text) {
		return result, malformed(file, 0, "not UTF-8")
	}
	// Keys of a map are exact; those of a structure would be found in any case of letters.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return result, malformed(file, 0, "not a JSON object (%v)", err)
	}
	var format, digest string
	if err := member(members, "format", &format); err != nil {
		return result, err
	}
	if format != "sluice-allocation/1" && format != "sluice-allocation/2" {
		return result, fmt.Errorf(
			"%s: format is '%s', expected sluice-allocation/1 or sluice-allocation/2; use the version that published it", file, format)
	}
	for key, place := range map[string]any{
		"date": &result.date, "rows": &result.rows, "bytes": &result.bytes, "xxh64": &digest, "pipeline": &result.pipeline,
	} {
		if err := member(members, key, place); err != nil {
			return result, err
		}
	}
	var err error
	if result.digest, err = strconv.ParseUint(digest, 16, 64); err != nil || len(digest) != 16 {
		return result, malformed(file, 0, "xxh64 is '%s', expected 16 hexadecimal digits", digest)
	}
	if result.rows < 0 || result.bytes < 0 {
		return result, malformed(file, 0, "rows or bytes are below zero")
	}
	var experiments []map[string]json.RawMessage
	if format == "sluice-allocation/2" {
		if err := json.Unmarshal(or(members["experiments"], "null"), &experiments); err != nil {
			return result, malformed(file, 0, "'experiments' is no array of objects")
		}
	}
	for _, one := range experiments {
		var names [3]*string
		for index, key := range [3]string{"platform", "slot", "holdout"} {
			if err := json.Unmarshal(or(one[key], "null"), &names[index]); err != nil {
				return result, malformed(file, 0, "'%s' in 'experiments' is not a string", key)
			}
		}
		if names[2] == nil {
			continue
		}
		if names[0] == nil || names[1] == nil {
			return result, malformed(file, 0, "a holdout in 'experiments' without platform and slot")
		}
		result.holdouts[*names[0]+"\x1f"+*names[1]] = *names[2]
	}
	return result, nil
}

// member reads the value of a key; only `pipeline` may be absent.
func member(members map[string]json.RawMessage, key string, place any) error {
	text, isThere := members[key]
	if key == "pipeline" && (!isThere || string(text) == "null") {
		return nil
	}
	if !isThere || string(text) == "null" {
		return malformed("manifest.json", 0, "no key '%s'", key)
	}
	if err := json.Unmarshal(text, place); err != nil {
		return malformed("manifest.json", 0, "'%s' is of another type (%v)", key, err)
	}
	return nil
}

func or(text json.RawMessage, absent string) json.RawMessage {
	if text == nil {
		return json.RawMessage(absent)
	}
	return text
}

// readRows puts the rows of the CSV into experiments and groups. Columns and statuses that it does not know are passed over.
func (table *Table) readRows(content []byte, holdouts map[string]string) (int, error) {
	const file = "allocation.csv"
	reader := &csvReader{content: bytes.TrimPrefix(content, []byte("\xEF\xBB\xBF")), line: 1}
	header, line, err := reader.next()
	if err != nil || header == nil {
		return 0, orElse(err, malformed(file, 1, "no header"))
	}
	names := [7]string{"date", "platform", "slot", "segment", "variant", "traffic", "status"}
	var columns [7]int
	for index, name := range names {
		columns[index] = -1
		for column := len(header) - 1; column >= 0; column-- {
			if header[column] == name {
				columns[index] = column
			}
		}
		if columns[index] < 0 && name != "status" {
			return 0, malformed(file, line, "no column '%s'", name)
		}
	}
	count := 0
	for {
		record, line, err := reader.next()
		if err != nil {
			return 0, err
		}
		if record == nil {
			break
		}
		count++
		var fields [7]string
		for index, name := range names {
			if columns[index] < 0 {
				continue
			}
			fields[index] = record[columns[index]]
			if name != "status" && (fields[index] == "" || !utf8.ValidString(fields[index])) {
				return 0, malformed(file, line, "%s is empty, or not UTF-8", name)
			}
		}
		if _, err := time.Parse("2006-01-02", fields[0]); err != nil {
			return 0, malformed(file, line, "date is '%s', expected YYYY-MM-DD", fields[0])
		}
		if fields[0] != table.Date {
			return 0, malformed(file, line, "date is '%s' where the manifest says %s", fields[0], table.Date)
		}
		millionths, isShare := readMillionths(fields[5])
		if !isShare {
			return 0, malformed(file, line, "traffic is '%s', expected 0 to 1 in plain decimals, 6 at most", fields[5])
		}
		table.add(experimentName{fields[1], fields[2]}, fields[3], holdouts, arm{
			variant: fields[4], hash: XXH64(fields[4], 0), millionths: millionths, traffic: float64(millionths) / whole,
			isControl: fields[6] == "control", line: line,
		})
	}
	return count, nil
}

func (table *Table) add(name experimentName, segment string, holdouts map[string]string, one arm) {
	known := table.experiments[name]
	if known == nil {
		key := name.platform + "\x1f" + name.slot
		known = &experiment{salt: XXH64(key, 0), groups: map[string]*group{}, line: one.line}
		if holdout, isNamed := holdouts[key]; isNamed {
			known.holdout, known.holdoutSalt = &holdout, XXH64(holdout, 0)
		}
		table.experiments[name] = known
	}
	if known.groups[segment] == nil {
		known.groups[segment] = &group{segment: segment, line: one.line}
	}
	known.groups[segment].arms = append(known.groups[segment].arms, one)
}

// finish puts the arms of an experiment in order and checks them.
func (experiment *experiment) finish(name experimentName) error {
	const file = "allocation.csv"
	for _, group := range experiment.groups {
		place := fmt.Sprintf("'%s' '%s', segment '%s'", name.platform, name.slot, group.segment)
		sort.SliceStable(group.arms, func(left, right int) bool { return group.arms[left].variant < group.arms[right].variant })
		sum := 0
		for index := range group.arms {
			one := &group.arms[index]
			sum += one.millionths
			if index > 0 && one.variant == group.arms[index-1].variant {
				return malformed(file, one.line, "variant '%s' of %s stands there twice", one.variant, place)
			}
			if one.isControl {
				if group.control != nil {
					return malformed(file, one.line, "%s has two controls", place)
				}
				group.control = one
			} else if one.millionths > 0 {
				group.others = append(group.others, *one)
			}
		}
		if sum != whole {
			return malformed(file, group.line, "traffic of %s sums to %d millionths, not to 1", place, sum)
		}
		for index := range group.arms {
			if one := &group.arms[index]; group.control != nil && experiment.holdout == nil && !one.isControl && one.variant == "control" {
				return malformed(file, one.line, "'control' of %s is a variant beside the control '%s'", place, group.control.variant)
			}
		}
	}
	if experiment.groups[everyone] == nil {
		return malformed(file, experiment.line,
			"'%s' '%s' has no rows of segment '*', which serves all other segments", name.platform, name.slot)
	}
	return nil
}

// readMillionths reads `0` or `1`, with a point and 1 to 6 decimals or without, at most 1.
func readMillionths(text string) (int, bool) {
	whole, decimals, hasPoint := strings.Cut(text, ".")
	if (whole != "0" && whole != "1") || (hasPoint && (len(decimals) < 1 || len(decimals) > 6)) {
		return 0, false
	}
	for index := 0; index < len(decimals); index++ {
		if decimals[index] < '0' || decimals[index] > '9' {
			return 0, false
		}
	}
	value, err := strconv.Atoi(whole + (decimals + "000000")[:6])
	return value, err == nil && value <= 1000000
}

// csvReader reads CSV by RFC 4180, stricter than encoding/csv: every record has as many fields as the first.
type csvReader struct {
	content  []byte
	position int
	line     int
	width    int
}

func (reader *csvReader) isEnd() bool {
	rest := reader.content[reader.position:]
	return len(rest) == 0 || rest[0] == '\n' || (rest[0] == '\r' && (len(rest) == 1 || rest[1] == '\n'))
}

func (reader *csvReader) skipEnd() {
	if reader.position < len(reader.content) && reader.content[reader.position] == '\r' {
		reader.position++
	}
	reader.position++
	reader.line++
	if reader.position > len(reader.content) {
		reader.position = len(reader.content)
	}
}

// next reads a record and the line on which it begins; nil at the end.
func (reader *csvReader) next() ([]string, int, error) {
	for reader.position < len(reader.content) && reader.isEnd() {
		reader.skipEnd()
	}
	if reader.position == len(reader.content) {
		return nil, reader.line, nil
	}
	var fields []string
	line := reader.line
	for {
		field, err := reader.field(line)
		if err != nil {
			return nil, line, err
		}
		fields = append(fields, field)
		if reader.isEnd() {
			break
		}
		if reader.content[reader.position] != ',' {
			return nil, line, malformed("allocation.csv", reader.line, "a quote in the middle of a field")
		}
		reader.position++
	}
	reader.skipEnd()
	if reader.width == 0 {
		reader.width = len(fields)
	}
	if len(fields) != reader.width {
		return nil, line, malformed("allocation.csv", line, "%d fields where the header has %d", len(fields), reader.width)
	}
	return fields, line, nil
}

func (reader *csvReader) field(line int) (string, error) {
	if reader.isEnd() || reader.content[reader.position] != '"' {
		start := reader.position
		for !reader.isEnd() && reader.content[reader.position] != ',' && reader.content[reader.position] != '"' {
			reader.position++
		}
		return string(reader.content[start:reader.position]), nil
	}
	var field []byte
	for reader.position++; reader.position < len(reader.content); reader.position++ {
		letter := reader.content[reader.position]
		if letter == '"' {
			if reader.position+1 == len(reader.content) || reader.content[reader.position+1] != '"' {
				reader.position++
				return string(field), nil
			}
			reader.position++
		}
		if letter == '\n' {
			reader.line++
		}
		field = append(field, letter)
	}
	return "", malformed("allocation.csv", line, "a quote that never closes")
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
