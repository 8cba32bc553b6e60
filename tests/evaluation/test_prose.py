import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.evidence import SearchableTranscript
from evaluation.prose import (
    FINDING_LIMITS,
    RATIONALE_LIMITS,
    SUMMARY_LIMITS,
    CheckedProse,
    ProseFault,
    ProseLimits,
    check_prose,
)
from evaluation.wording import load_wording
from evaluation.words import split_sentences
from models.wording.language_identification import LanguageRanker, load_language_ranker
from tests.evaluation.turns import candidate_turn, interviewer_turn

ANSWERS = {
    "en": [
        "I wrote down the cost of both: polling was simple, but it meant three million calls a day.",
        "Then we cut the error rate from 12 % to 0.9 percent. The users didn't notice, and 4 out of 5 tickets were closed.",
        "I, um, I handled level 3 support, and I made the the rollback plan. The F1 score of 0.91 was fine.",
    ],
    "de": ["Ich habe die Kosten verglichen: Polling war einfach, aber wir hatten drei Millionen Aufrufe. Es waren 0,9 Prozent."],
    "es": ["Comparé los costes: el sondeo era simple, pero había tres millones de llamadas. Fue el 0,9 por ciento."],
    "fr": ["J'ai comparé les coûts : le polling était simple, mais il y avait trois millions d'appels. C'était 0,9 pour cent."],
}
TRANSCRIPTS = {
    language: SearchableTranscript(
        [
            interviewer_turn(1, "How did you choose between polling and webhooks?", 0),
            *(candidate_turn(place, text) for place, text in enumerate(texts, 2)),
        ],
        load_wording(language),
    )
    for language, texts in ANSWERS.items()
}
GOOD = {
    "en": "The candidate compared two designs.",
    "de": "Die Person verglich zwei Entwürfe.",
    "es": "La persona comparó dos diseños.",
    "fr": "La personne a comparé deux solutions.",
}


@pytest.fixture(scope="module")
def languages() -> LanguageRanker:
    return load_language_ranker()


BAD = {
    ("en", ProseFault.QUOTE_NOT_FOUND): [
        'The candidate admitted: "I faked the results".',
        "The candidate admitted: “I faked the results”.",
        "The candidate admitted: ‘I faked the results’.",
        "The candidate admitted: 'I faked the results'.",
        "The candidate admitted: «I faked the results».",
        "The candidate admitted: „I faked the results“.",
        "The candidate admitted: ''I faked the results''.",
        "The candidate admitted: »I faked the results«.",
        'The candidate admitted "I faked the results.',
        'As they put it, "polling was complex" and slow.',
        'They said "How did you choose between polling and webhooks?" to themselves.',
        'They said "polling was simple … three million calls".',
    ],
    ("en", ProseFault.SCORE): [
        "Overall this is 97/100.",
        "Overall this is 97 / 100.",
        "Overall this is ９７／１００.",
        "They reach 4 out of 10 here.",
        "This reads like level 4.",
        "This reads like level four.",
        "A score of 85 fits.",
        "They scored 90 in this part.",
        "Rated 4 for the depth.",
        "This earns 95% on depth.",
        "This earns ninety percent on depth.",
        "This earns 9.5/10 on depth.",
        "The overall score is high.",
        "They get full marks here.",
        "It deserves the highest rating.",
        "It is worth 5 stars.",
        "It is worth 85 points.",
        "This deserves a 5.",
        "This is clearly a five.",
        "I'd give this 4.",
        "A four on the scale.",
    ],
    ("en", ProseFault.VERDICT): [
        "This is a STRONG HIRE.",
        "A strong hire for any team.",
        "Hire.",
        "HIRE",
        "Reject.",
        "I would hire this person.",
        "We recommend the candidate for the role.",
        "Recommended for hiring.",
        "Strongly recommended.",
        "This is a clear no hire.",
        "The candidate should be rejected.",
        "Reject this candidate.",
        "They should be hired immediately.",
        "They should get a salary of 95,000.",
        "Salary 95,000.",
        "Make them an offer now.",
        "They can start on Monday.",
        "They advance to the next round.",
        "An ideal candidate for this position.",
        "My verdict is positive.",
        "Not suitable for the role.",
        "Move forward with this candidate.",
        "They should not be considered further.",
        "Pass.",
    ],
    ("en", ProseFault.PROTECTED_TRAIT): [
        "She is 52.",
        "She is 52, pregnant, strong accent.",
        "The candidate is 52 years old.",
        "He is in his fifties.",
        "Too old for this kind of work.",
        "She seems to be pregnant and will be away.",
        "She is married with two children.",
        "As a mother of three she may lack time.",
        "His wife works in the same field.",
        "A native speaker would say it better.",
        "The candidate has a strong accent.",
        "Their English is broken.",
        "He comes from Nigeria.",
        "A Polish candidate with clear ideas.",
        "The candidate is Muslim and wears a headscarf.",
        "He is a practising Christian.",
        "They suffer from depression.",
        "The candidate has health problems.",
        "She was often ill in the last year.",
        "He is disabled but works hard.",
        "The candidate uses a wheelchair.",
        "She is a member of a union.",
        "He is a trade union activist.",
        "The candidate is gay.",
        "She is attractive and well-dressed.",
        "He looks tired and has grey hair.",
        "As a woman she brings another view.",
        "The candidate stutters a little.",
        "She has kids and may have children again.",
        "He's a dad and tall.",
        "As an Indian, he knows the market.",
        "She was born in 1972.",
    ],
    ("en", ProseFault.MARKUP): [
        "<script>alert(1)</script>",
        "They <b>compared</b> two designs.",
        "They compared <img src=x onerror=alert(1)> designs.",
        "See https://example.com for details.",
        "See www.example.com for details.",
        "See [this](javascript:alert(1)).",
        "They **compared** two designs.",
        "They *compared* two designs.",
        "They used `polling` first.",
        "# Compared two designs",
        "- Compared two designs",
        "They compared &lt;b&gt; designs.",
        "Write to someone@example.com about it.",
        "| a | b |",
    ],
    ("en", ProseFault.UNREADABLE): [
        "They compared \x1b[31mtwo\x1b[0m designs.",
        "They compared\x00 two designs.",
        "They compared \u202etwo designs.",
        "They com\u200bpared two designs.",
        "This is le\u00advel four.",
        "They comp\u0430red two designs.",
        "They compared two designs\ufffd.",
        "They c\u0301\u0302\u0303ompared two designs.",
        "They compared \ud800 two designs.",
    ],
    ("en", ProseFault.OTHER_LANGUAGE): [
        "Le candidat a comparé deux solutions et en a expliqué clairement le prix.",
        "Der Kandidat verglich zwei Entwürfe und nannte die Kosten von beiden.",
        "La persona comparó dos diseños y explicó con claridad el coste de ambos.",
        "Il candidato ha confrontato due soluzioni e ne ha spiegato i costi.",
        "Кандидат сравнил два решения и объяснил их стоимость.",
        "候选人比较了两种设计。",
    ],
    ("de", ProseFault.QUOTE_NOT_FOUND): ["Die Person sagte: „Ich habe die Ergebnisse gefälscht“."],
    ("de", ProseFault.SCORE): [
        "Das sind 97/100.",
        "Das entspricht Stufe 4.",
        "Das sind 4 von 5 im Ganzen.",
        "Das verdient 95 Prozent.",
    ],
    ("de", ProseFault.VERDICT): [
        "Einstellen.",
        "Klare Empfehlung.",
        "Die Kandidatin sollte sofort eingestellt werden.",
        "Das Gehalt sollte hoch sein.",
    ],
    ("de", ProseFault.PROTECTED_TRAIT): [
        "Sie ist 52 Jahre alt.",
        "Sie ist schwanger.",
        "Er spricht mit Akzent.",
        "Sie hat zwei Kinder.",
        "Er ist Muslim.",
        "Sie ist oft krank.",
        "Er sitzt im Rollstuhl.",
        "Sie ist in der Gewerkschaft aktiv.",
        "Er kommt aus der Türkei.",
        "Sie ist attraktiv und gepflegt.",
    ],
    ("de", ProseFault.OTHER_LANGUAGE): ["The candidate compared two designs and named the cost of each of them."],
    ("es", ProseFault.QUOTE_NOT_FOUND): ["La persona dijo: «Yo falsifiqué los resultados»."],
    ("es", ProseFault.SCORE): ["Son 97/100.", "Corresponde al nivel 4.", "Obtiene 4 de 5 en total.", "Merece el 95 por ciento."],
    ("es", ProseFault.VERDICT): [
        "Contratar.",
        "Recomiendo esta candidatura.",
        "El salario debe ser alto.",
        "Es la candidata ideal.",
    ],
    ("es", ProseFault.PROTECTED_TRAIT): [
        "Tiene 52 años.",
        "Está embarazada.",
        "Habla con acento.",
        "Tiene dos hijos.",
        "Es musulmán.",
        "Suele estar enferma.",
        "Va en silla de ruedas.",
        "Pertenece a un sindicato.",
        "Es originario de Colombia.",
        "Es guapa y bien vestida.",
    ],
    ("es", ProseFault.OTHER_LANGUAGE): ["The candidate compared two designs and named the cost of each of them."],
    ("fr", ProseFault.QUOTE_NOT_FOUND): ["La personne a dit : « J'ai falsifié les résultats »."],
    ("fr", ProseFault.SCORE): [
        "C'est 97/100.",
        "Cela correspond au niveau 4.",
        "Elle obtient 4 sur 5 au total.",
        "Cela mérite 95 pour cent.",
    ],
    ("fr", ProseFault.VERDICT): [
        "À embaucher.",
        "Je recommande cette personne.",
        "Le salaire doit être élevé.",
        "La candidate idéale.",
    ],
    ("fr", ProseFault.PROTECTED_TRAIT): [
        "Elle a 52 ans.",
        "Elle est enceinte.",
        "Il parle avec un accent.",
        "Elle a deux enfants.",
        "Il est musulman.",
        "Elle est souvent malade.",
        "Il est en fauteuil roulant.",
        "Elle est active dans un syndicat.",
        "Il est originaire du Maroc.",
        "Elle est jolie et bien habillée.",
    ],
    ("fr", ProseFault.OTHER_LANGUAGE): ["The candidate compared two designs and named the cost of each of them."],
}


@pytest.mark.parametrize(("language", "fault"), BAD)
def test_sentence_that_people_must_not_read_is_removed_whole(languages: LanguageRanker, language: str, fault: ProseFault) -> None:
    transcript, good = TRANSCRIPTS[language], GOOD[language]
    for sentence in BAD[language, fault]:
        checked = check_prose(f"{good}\n\n{sentence}\n\n{good}", transcript, languages, RATIONALE_LIMITS)
        assert checked.text == f"{good} {good}", sentence
        # a markup or an unclosed mark may be split into several sentences, and a sentence may have several faults
        assert checked.removed, sentence
        assert checked.removed[0] is fault, sentence


RATIONALES = {
    "en": [
        "The candidate compared polling with webhooks and named the cost of each.",
        "They said that polling was simple, but that it meant three million calls a day.",
        'They noted that "polling was simple, but it meant three million calls" and chose webhooks.',
        "They noted that ‘polling was simple’ and explained what that cost.",
        "As they put it, “I made the rollback plan”, which shows ownership.",
        "The error rate fell from 12% to 0.9 percent, and they explain how it was measured.",
        "The answer names 4 out of 5 tickets, so the scale is clear.",
        "Their work in level 3 support is described with one concrete case.",
        "The F1 score of 0.91 is put into context by a baseline.",
        "The age of the cache entries was checked before each release.",
        "They added a health check and a readiness probe to every service.",
        "The native app and the web client share one API.",
        "They picked an accent colour with enough contrast.",
        "The origin server was protected by a rate limit.",
        "They found a race condition between two workers and proved it with a test.",
        "They married the two datasets by customer number.",
        "They disabled the flag before the rollback.",
        "They recommended a canary release and explained the risk.",
        "The service rejects invalid input early, which they tested.",
        "They hired two engineers and planned how to onboard them.",
        "They built the recommendation engine in small steps.",
        "The foreign key was missing, and they found the orphaned rows.",
        "They replaced the union type with two classes.",
        "They listened to the parent process and restarted its child processes.",
        "The answer does not say what happened after the release.",
        "The trade-offs are named, yet the candidate's own part stays unclear.",
        "They describe the team's decision and the engineers' doubts without naming their own view.",
        "She explains her choice with numbers and he is quoted as her reviewer.",
        "They raised the minimum age of a session to thirty minutes.",
        "They blocked the rollout, compared the heap dumps and found the leak in two days.",
        "The candidate asked three users before they changed the form.",
        "It took several attempts, each with a stated hypothesis.",
        "They weigh latency against cost, e.g. by batching writes.",
        "The plan had an owner, a date and a way back.",
        "The term 'idempotent' is used correctly, and so is \"backoff\".",
        "They tested the limits (1,000 users, 10 ms) and wrote the results down.",
        "The answer stays general: it names no system, no number and no outcome.",
        "They tuned the young generation of the heap and measured the pauses.",
        "They discussed the single point of failure and the blind spot of the monitoring.",
        "They marked the old endpoint as deprecated and gave clients a year.",
        "The candidate is one of the few people who ran the migration.",
        "The answer is short and the flag is disabled in the example.",
        "The depression in sales was analysed by region.",
        "The node has children that are rendered later.",
        "The next stage of the rollout is described, and the job is idempotent.",
        "They handled accented characters in names and sorted them correctly.",
    ],
    "de": [
        "Die Person verglich Polling mit Webhooks und nannte die Kosten.",
        "Sie sagte, dass „Polling war einfach“ nicht die ganze Antwort sei.",
        "Die Fehlerrate von 0,9 Prozent wird mit der Messung erklärt.",
        "Das Alter der Einträge im Cache wurde vor jedem Release geprüft.",
        "Sie fand einen blinden Fleck im Monitoring und schloss ihn.",
        "Der Dienst lehnt ungültige Eingaben früh ab.",
        "Die Antwort bleibt allgemein und nennt kein Ergebnis.",
        "Eine von drei Optionen wurde mit Zahlen begründet.",
        "Der Kollege prüfte den Code, sie selbst schrieb die Tests.",
        "Die Aufgabe war klar, der eigene Anteil ist gut zu erkennen.",
    ],
    "es": [
        "La persona comparó el sondeo con los webhooks y nombró los costes.",
        "Explicó que «el sondeo era simple» y qué costaba.",
        "El 0,9 por ciento se explica con la medición.",
        "Encontró la clave extranjera que faltaba.",
        "El servicio descarta las entradas no válidas.",
        "La respuesta es general y no nombra ningún resultado.",
        "Eligió una de tres opciones y lo justificó con números.",
        "Escribió las pruebas y midió la latencia.",
        "El color de acento tenía contraste suficiente.",
        "Durante 3 años mantuvo el mismo servicio.",
    ],
    "fr": [
        "La personne a comparé le polling et les webhooks et nommé les coûts.",
        "Elle note que « le polling était simple » et ce que cela coûtait.",
        "Le taux de 0,9 pour cent est expliqué par la mesure.",
        "Elle a trouvé la clé étrangère manquante.",
        "Le service refuse tôt les entrées non valides.",
        "La réponse reste générale et ne nomme aucun résultat.",
        "Elle a choisi une option sur trois et l'a justifiée par des chiffres.",
        "Elle a écrit les tests et mesuré la latence.",
        "Il y a 3 ans, elle a repris ce service.",
        "Elle met l'accent sur les risques et sur le retour en arrière.",
    ],
}


@pytest.mark.parametrize("language", RATIONALES)
def test_ordinary_rationale_passes_unchanged(languages: LanguageRanker, language: str) -> None:
    for text in RATIONALES[language]:
        checked = check_prose(text, TRANSCRIPTS[language], languages, RATIONALE_LIMITS)
        assert (checked.text, checked.removed) == (text, [])


def test_text_of_several_good_sentences_passes_with_its_line_breaks(languages: LanguageRanker) -> None:
    text = "They compared two designs. The cost\nof each was named.\n\nThe choice is clear."
    checked = check_prose(f" {text}\n", TRANSCRIPTS["en"], languages, RATIONALE_LIMITS)
    assert (checked.text, checked.removed) == (text, [])


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "<b></b>"])
def test_text_without_content_becomes_empty(languages: LanguageRanker, text: str) -> None:
    assert check_prose(text, TRANSCRIPTS["en"], languages, RATIONALE_LIMITS).text == ""


def test_quote_over_several_sentences_removes_all_of_them(languages: LanguageRanker) -> None:
    text = 'They compared two designs. They said "I did it. It was great. Nobody knows" at last. The cost is named.'
    checked = check_prose(text, TRANSCRIPTS["en"], languages, RATIONALE_LIMITS)
    assert checked.text == "They compared two designs. The cost is named."
    assert set(checked.removed) == {ProseFault.QUOTE_NOT_FOUND}


def test_content_of_a_script_and_of_a_code_block_is_removed_with_it(languages: LanguageRanker) -> None:
    for text in (
        "They compared two designs.\n\n<script>One thing. Another thing.</script>\n\nThe cost is named.",
        "They compared two designs.\n\n```\nOne thing. Another thing.\n```\n\nThe cost is named.",
    ):
        checked = check_prose(text, TRANSCRIPTS["en"], languages, RATIONALE_LIMITS)
        assert checked.text == "They compared two designs. The cost is named."
        assert set(checked.removed) == {ProseFault.MARKUP}


def test_quote_with_fillers_and_other_typography_is_the_candidates(languages: LanguageRanker) -> None:
    for quote in ("I made the rollback plan", "I MADE the, um, rollback plan", "didn’t notice"):
        text = f"They said “{quote}” about it."
        assert check_prose(text, TRANSCRIPTS["en"], languages, RATIONALE_LIMITS).text == text


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_quote_in_another_language_does_not_make_a_sentence_foreign(languages: LanguageRanker, language: str) -> None:
    answer = "I was responsible for the whole migration of the payment system and of all the data in it"
    transcript = SearchableTranscript([replace(candidate_turn(1, answer), language="en")], load_wording(language))
    text = f"{GOOD[language][:-1]}: „{answer}“."
    assert check_prose(text, transcript, languages, RATIONALE_LIMITS) == CheckedProse(text, [])
    foreign = "The candidate was responsible for the whole migration of the payment system."
    assert check_prose(foreign, transcript, languages, RATIONALE_LIMITS).removed == [ProseFault.OTHER_LANGUAGE]


def test_text_is_cut_at_a_sentence(languages: LanguageRanker) -> None:
    sentence = "They compared two designs and named the cost of each in plain words."
    checked = check_prose(" ".join([sentence] * 5), TRANSCRIPTS["en"], languages, FINDING_LIMITS)
    assert (checked.text, checked.removed) == (" ".join([sentence] * 4), [ProseFault.TOO_LONG])
    checked = check_prose(" ".join(["It is clear."] * 9), TRANSCRIPTS["en"], languages, SUMMARY_LIMITS)
    assert (checked.text, checked.removed) == (" ".join(["It is clear."] * 6), [ProseFault.TOO_LONG])
    checked = check_prose("word " * 200, TRANSCRIPTS["en"], languages, RATIONALE_LIMITS)
    assert (checked.text, checked.removed) == ("", [ProseFault.TOO_LONG])


def test_removed_sentences_leave_room_for_those_that_follow(languages: LanguageRanker) -> None:
    good, bad = "It is clear.", "This is level 4."
    checked = check_prose(" ".join([bad, good] * 6), TRANSCRIPTS["en"], languages, RATIONALE_LIMITS)
    assert (checked.text, checked.removed) == (" ".join([good] * 6), [ProseFault.SCORE] * 6)


@given(st.text(alphabet="aB .!?\"'“”<>/5%\n*`_\u200b«»&;|", max_size=120))
def test_result_is_made_of_whole_sentences_within_the_limits(text: str) -> None:
    limits = ProseLimits(60, 3)
    checked = check_prose(text, TRANSCRIPTS["en"], NoRanker(), limits)
    assert len(checked.text) <= limits.characters
    assert "\u200b" not in checked.text and "`" not in checked.text
    sentences = [text.strip()[start:end] for start, end in split_sentences(text.strip())]
    if checked.removed:
        results = (" ".join(part) for size in range(limits.sentences + 1) for part in itertools.combinations(sentences, size))
        assert checked.text in results
    else:
        assert checked.text.split() == text.split()


class NoRanker:
    """Knows no language but the evaluation's."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        return [("en", 1.0)]


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "It is clear. ",
        '"a b" ',
        "'a b ",
        "'a ",
        "“",
        "<a ",
        "<a></a>",
        "<",
        "&lt;",
        "*a ",
        "[x](",
        "http://",
        "5 / ",
        "level ",
        "she is ",
        "one million ",
        "a.a@",
        "```",
        "   ",
        "\u200b",
        "x",
        "-",
        "the age of ",
    ],
)
def test_longest_texts_are_checked_in_linear_time(piece: str) -> None:
    def measure(length: int, rounds: int = 1) -> float:
        text = piece * (length // len(piece))
        best = float("inf")
        for _ in range(rounds):
            start = time.process_time()
            check_prose(text, TRANSCRIPTS["en"], NoRanker(), ProseLimits(length, 10_000))
            best = min(best, time.process_time() - start)
        return best

    # ten times the text may take ten times as long; the margin is for caches and a busy machine
    assert measure(50_000) < 25 * measure(5_000, rounds=2) + 0.02
