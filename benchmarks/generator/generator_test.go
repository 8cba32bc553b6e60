package main

import (
	"fmt"
	"strings"
	"testing"
)

const operation = "op-0000-000000"

func follow(t *testing.T) (*Interview, *Shape) {
	t.Helper()
	seq, text, id := "%SEQ%", "%TEXT%", "trn_%ID%"
	config := &Config{
		Subscribers: 2, TextLength: 12, Corpus: strings.Repeat("words of candidates ", 40),
		Interviews: []InterviewConfig{{
			Message: "%ID% %SEQ% %TEXT%", StoredID: strings.Repeat("a", 24), StoredText: "the first one",
			Fields: map[string]*string{"id": &id, "seq": &seq, "text": &text, "questionKey": nil},
		}},
	}
	interview := NewInterview(config, 0)
	shape, err := Learn(event(interview, operation, 1), interview, operation)
	if err != nil {
		t.Fatal(err)
	}
	return interview, shape
}

func event(interview *Interview, operation string, seq int64) []byte {
	turn := interview.Render(splitAtPlaceholders(`{"id": "trn_%ID%", "seq": %SEQ%, "text": "%TEXT%", "questionKey": null}`), seq)
	return fmt.Appendf(nil, `{"id": %q, "type": "next", "payload": {"data": {"turnAdded": %s}}}`, operation, turn)
}

func TestCheckAcceptsTheExpectedTurn(t *testing.T) {
	interview, shape := follow(t)
	for seq := int64(2); seq < 3000; seq++ {
		if err := shape.Check(event(interview, operation, seq), interview, operation, seq); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckRejectsEveryDeviation(t *testing.T) {
	interview, shape := follow(t)
	good := string(event(interview, operation, 7))
	for name, wrong := range map[string]string{
		"a gap":                   string(event(interview, operation, 8)),
		"a repetition":            string(event(interview, operation, 6)),
		"another's operation":     string(event(interview, "op-0000-000001", 7)),
		"another text":            strings.Replace(good, interview.Text(7), strings.ToUpper(interview.Text(7)), 1),
		"another turn's id":       strings.Replace(good, string(interview.AppendID(nil, 7)), string(interview.AppendID(nil, 6)), 1),
		"a field that is null":    strings.Replace(good, interview.Text(7), "", 1),
		"errors beside the data":  strings.Replace(good, `"payload": {`, `"payload": {"errors": [{}], `, 1),
		"a truncated message":     good[:len(good)-1],
		"a message with a suffix": good + " ",
		"nothing":                 "",
	} {
		if shape.Check([]byte(wrong), interview, operation, 7) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestLearnChecksTheFirstEventFieldByField(t *testing.T) {
	interview, _ := follow(t)
	good := string(event(interview, operation, 1))
	for name, wrong := range map[string]string{
		"another id":       strings.Replace(good, "trn_", "int_", 1),
		"a field missing":  strings.Replace(good, `, "questionKey": null`, "", 1),
		"a field too many": strings.Replace(good, `"seq"`, `"answers": 1, "seq"`, 1),
		"no null":          strings.Replace(good, "null", `"recent_work"`, 1),
		"a later turn":     string(event(interview, operation, 2)),
		"an error":         fmt.Sprintf(`{"id": %q, "type": "error", "payload": [{"message": "no"}]}`, operation),
		"no JSON":          "turn",
	} {
		if _, err := Learn([]byte(wrong), interview, operation); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestTimestampsAreComparedWhateverTheirNotation(t *testing.T) {
	if !isSame("2026-11-28T05:00:00.123456+00:00", "2026-11-28T05:00:00.123Z") {
		t.Error("equal timestamps differ")
	}
	if isSame("2026-11-28T05:00:00.124Z", "2026-11-28T05:00:00.123Z") {
		t.Error("different timestamps are equal")
	}
}

func TestTurnIsCompleteOnceAllSubscribersHaveIt(t *testing.T) {
	interview, _ := follow(t)
	seq, message, err := interview.Next()
	if err != nil || seq != 2 {
		t.Fatal(seq, err)
	}
	if want := fmt.Sprintf("%s 2 %s", interview.AppendID(nil, 2), interview.Text(2)); string(message) != want {
		t.Errorf("%q was published, not %q", message, want)
	}
	interview.RecordPublished(seq, 5)
	for index, want := range []bool{false, true} {
		since, complete, err := interview.RecordReceived(seq)
		if since != 5 || complete != want || err != nil {
			t.Errorf("subscriber %d: since %d, complete %t, %v", index, since, complete, err)
		}
	}
	if _, _, err := interview.RecordReceived(seq); err == nil {
		t.Error("a third receipt with two subscribers was accepted")
	}
}

func TestNextRejectsMoreTurnsInFlightThanAreTracked(t *testing.T) {
	interview, _ := follow(t)
	for range maxInFlight - 1 {
		if _, _, err := interview.Next(); err != nil {
			t.Fatal(err)
		}
	}
	interview.Next()
	if _, _, err := interview.Next(); err == nil {
		t.Error("a turn in flight was overwritten")
	}
}
