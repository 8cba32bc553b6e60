"""Which texts are in another language than the interview's, and which only have foreign words."""

import time

import pytest

from models.wording.function_words import LANGUAGES, load_language_identifier

IDENTIFIER = load_language_identifier()

ANSWERS = {
    "en": [
        "I was responsible for the payment system, and we moved it to a new database without any downtime.",
        "Sorry, can we do this in English?",
        "I don't speak it very well, so I would like to answer in my own language if that is possible.",
        "well the first thing that i did was to look at the logs and then i asked my colleague what had changed",
    ],
    "de": [
        "Ich war für das Zahlungssystem verantwortlich, und wir haben es ohne Ausfall auf eine neue Datenbank umgestellt.",
        "Entschuldigung, können wir das auch auf Deutsch machen?",
        "Ich spreche das nicht so gut, deshalb würde ich gern in meiner Sprache antworten, wenn das geht.",
        "also zuerst habe ich mir die logs angesehen und dann meinen kollegen gefragt was sich geändert hat",
    ],
    "es": [
        "Yo era responsable del sistema de pagos, y lo pasamos a una base de datos nueva sin ninguna interrupción.",
        "Disculpe, ¿podemos hacer esto en español, por favor?",
        "No lo hablo muy bien, así que me gustaría responder en mi idioma si es posible.",
        "pues lo primero que hice fue mirar los registros y luego le pregunté a mi compañero qué había cambiado",
    ],
    "fr": [
        "J'étais responsable du système de paiement, et nous l'avons passé sur une nouvelle base de données sans interruption.",
        "Pardon, est-ce que nous pouvons faire cela en français ?",
        "Je ne le parle pas très bien, donc je voudrais répondre dans ma langue si c'est possible.",
        "alors la première chose que j'ai faite était de regarder les journaux et puis j'ai demandé à mon collègue ce qui avait",
    ],
}
OTHER_LANGUAGES = {
    "ca": "He treballat tres anys en una empresa gran i em vaig ocupar de la migració del sistema de pagament amb el meu equip.",
    "it": "Ho lavorato per tre anni in una grande azienda e mi sono occupato della migrazione del sistema con il mio gruppo.",
    "nl": "Ik heb drie jaar bij een groot bedrijf gewerkt en ik was verantwoordelijk voor de migratie van het betaalsysteem.",
    "pl": "Pracowałem trzy lata w dużej firmie i zajmowałem się migracją systemu płatności z moim zespołem.",
    "pt": "Eu trabalhei três anos em uma empresa grande e me ocupei da migração do sistema de pagamento com a minha equipe.",
    "ro": "Am lucrat trei ani într-o companie mare și m-am ocupat de migrarea sistemului de plăți cu echipa mea.",
    "sv": "Jag arbetade i tre år på ett stort företag och var ansvarig för migreringen av betalningssystemet.",
    "ja": "私は大きな会社で三年間働き、支払いシステムの移行を担当していました。",
}
NEUTRAL = {
    "names": "Maria de la Cruz, Jean-Pierre Le Goff, Otto von der Heide, Siobhan O'Brien, Los Angeles, La Rochelle",
    "terms": "Kubernetes, Terraform, GitLab CI, Kafka, Postgres, end to end tests, pair programming, on call",
    "title": "The Art of Doing Science and Engineering, The Mythical Man-Month, Out of the Crisis",
    "one word": "Absolutely.",
    "few words": "No, not really, sorry.",
    "code": "for item in items:\n    if item not in seen and item is not None:\n        return seen or item",
    "query": "SELECT name FROM users WHERE id IN (SELECT user_id FROM orders WHERE not paid AND total > 10)",
    "command": "git log --since=yesterday --not --all | grep what is in this and that",
    "code block": "```\nprint the name of each of them if this is not what you have\n```",
    "addresses": "https://example.com/what/is/this/and/where/are/you and me@what.example",
}
"""Texts that are in no language for certain, although they have foreign words."""
MIXED = {
    "en": [
        'My boss said "das ist nicht mein Problem, das müssen Sie selbst mit dem Kunden klären", and I did.',
        "We had a Zeitgeist problem: the team said je ne sais quoi and went home, so I wrote the tests on my own.",
        "At the Max-Planck-Institut für Kohlenforschung in Mülheim an der Ruhr I built the data pipeline.",
        "I worked in Las Palmas de Gran Canaria for El Corte Inglés and for Banco de la Nación.",
    ],
    "de": [
        "Mein Chef sagte „that is not my problem, you have to do it on your own“, und dann habe ich es gemacht.",
        "Wir hatten ein Code Review und danach Continuous Delivery mit Feature Flags, dann ein Rollback in production.",
        "Das Onboarding war easy, to be honest, aber das Monitoring hat uns den Sprint gekostet.",
        "Ich habe The Pragmatic Programmer und The Art of Computer Programming gelesen und viel daraus gelernt.",
    ],
    "es": [
        "Mi jefe dijo «that is not my problem, you have to do it on your own», y entonces lo hice yo.",
        "Hicimos un code review y luego continuous delivery con feature flags, y al final un rollback in production.",
        "El onboarding fue easy, to be honest, pero el monitoring nos costó el sprint entero.",
        "Trabajé en la Société Générale de París y en la Banque de France con un equipo de seis.",
    ],
    "fr": [
        "Mon chef a dit « that is not my problem, you have to do it on your own », et alors je l'ai fait.",
        "Nous avons fait une code review, puis du continuous delivery avec des feature flags, et un rollback in production.",
        "L'onboarding était easy, to be honest, mais le monitoring nous a coûté le sprint entier.",
        "J'ai travaillé chez Banco de la Nación et El Corte Inglés à Las Palmas de Gran Canaria.",
    ],
}


@pytest.mark.parametrize("expected", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_is_identified_unless_it_is_in_the_expected_language(language: str, expected: str) -> None:
    for answer in ANSWERS[language]:
        assert IDENTIFIER.identify_other_language(answer, expected) == (None if language == expected else language), answer


@pytest.mark.parametrize("expected", LANGUAGES)
def test_language_of_no_interview_is_not_taken_for_one(expected: str) -> None:
    for language, text in OTHER_LANGUAGES.items():
        assert IDENTIFIER.identify_other_language(text, expected) is None, language


@pytest.mark.parametrize("expected", LANGUAGES)
@pytest.mark.parametrize("kind", NEUTRAL)
def test_names_terms_code_and_short_texts_are_in_no_language(kind: str, expected: str) -> None:
    assert IDENTIFIER.identify_other_language(NEUTRAL[kind], expected) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotations_and_foreign_words_do_not_make_an_answer_foreign(language: str) -> None:
    for answer in MIXED[language]:
        assert IDENTIFIER.identify_other_language(answer, language) is None, answer


@pytest.mark.parametrize("part", ['"', "`", "``` ", ": ", "\u00ab ", "select x ", "der die ", "a" * 40])
def test_longest_message_takes_a_few_milliseconds(part: str) -> None:
    text = (part * 20_000)[:20_000]
    started = time.process_time()
    IDENTIFIER.identify_other_language(text, "en")
    assert time.process_time() - started < 0.2
