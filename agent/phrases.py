"""What code says in its own words: greeting, closings, and everything that must not depend on a model."""

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from models.documents.interview import EndReason
from models.documents.language import primary_language


@dataclass(frozen=True, slots=True)
class CodePhrases:
    """One language. `{...}` are filled by the functions below."""

    greeting: str
    question_again: str
    move_on: str
    """before the next question, when a request was made once too often"""
    wait: str
    stop: str
    nudge: str
    """before the question that is open; asks nothing itself"""
    after_interruption: str
    """the same, after the candidate, or the interviewer, was gone"""
    not_heard: str
    """the same, after words that the recognizer was not sure of"""
    closings: MappingProxyType[EndReason, str]
    affirmations: frozenset[str]
    """whole answers, as `normalize_answer` makes them, that confirm the wish to stop"""


def _build_closings(wrapped_up: str, out_of_time: str, ended: str, left: str) -> MappingProxyType[EndReason, str]:
    return MappingProxyType(
        {
            EndReason.WRAPPED_UP: wrapped_up,
            EndReason.OUT_OF_EXCHANGES: wrapped_up,
            EndReason.OUT_OF_TIME: out_of_time,
            EndReason.CANDIDATE_ENDED: ended,
            EndReason.CANDIDATE_LEFT: left,
        }
    )


PHRASES_BY_LANGUAGE = MappingProxyType(
    {
        "en": CodePhrases(
            greeting=(
                "Hello {name}, and welcome. I am Viva, an AI, and I will interview you for the position {title}. I have {questions} questions, and "
                "we have at most {minutes} minutes. You can ask me at any time to repeat a question, take a moment to think, or stop. "
                "People, not I, decide about your application."
            ),
            question_again="Let me put the question again.",
            move_on="Let us leave that question here and go on.",
            wait="Of course, take your time.",
            stop="Would you like to end the interview here? Say yes to end it, or just go on with your answer.",
            nudge="I have not heard from you for a while. Whenever you are ready, here is the question again.",
            after_interruption="I am sorry for the interruption. Here is the question again.",
            not_heard="I am sorry, I could not hear you well. Here is the question again.",
            closings=_build_closings(
                "That was my last question. Thank you for your answers and your time. The team will look at our conversation and get in touch.",
                "Our time is up, so I will stop here. Thank you for your answers. The team will look at our conversation and get in touch.",
                "Then we end here, as you wish. Thank you for your time. The team will look at what we have so far and get in touch.",
                "As I have not heard from you for a while, I will end the interview here. The team will look at what we have so far.",
            ),
            affirmations=frozenset(
                {"yes", "yes please", "yes stop", "yes end it", "stop", "please stop", "end it", "yeah", "yep"}
            ),
        ),
        "de": CodePhrases(
            greeting=(
                "Guten Tag {name}, herzlich willkommen. Ich bin Viva, eine KI, und führe mit Ihnen das Interview für die Stelle {title}. Ich habe "
                "{questions} Fragen, und wir haben höchstens {minutes} Minuten. Sie können mich jederzeit bitten, eine Frage zu wiederholen, sich "
                "einen Moment Zeit nehmen oder aufhören. Über Ihre Bewerbung entscheiden Menschen, nicht ich."
            ),
            question_again="Ich stelle die Frage noch einmal.",
            move_on="Lassen wir diese Frage so stehen und machen wir weiter.",
            wait="Gern, nehmen Sie sich Zeit.",
            stop="Möchten Sie das Interview hier beenden? Sagen Sie Ja, um es zu beenden, oder fahren Sie einfach mit Ihrer Antwort fort.",
            nudge="Ich habe eine Weile nichts von Ihnen gehört. Wenn Sie so weit sind: Hier ist die Frage noch einmal.",
            after_interruption="Entschuldigen Sie die Unterbrechung. Hier ist die Frage noch einmal.",
            not_heard="Entschuldigung, ich habe Sie nicht gut verstanden. Hier ist die Frage noch einmal.",
            closings=_build_closings(
                "Das war meine letzte Frage. Vielen Dank für Ihre Antworten und Ihre Zeit. Das Team sieht sich unser Gespräch an und meldet sich.",
                "Unsere Zeit ist um, deshalb höre ich hier auf. Vielen Dank für Ihre Antworten. Das Team sieht sich das Gespräch an und meldet sich.",
                "Dann beenden wir es hier, wie Sie wünschen. Vielen Dank für Ihre Zeit. Das Team sieht sich das Bisherige an und meldet sich.",
                "Da ich länger nichts von Ihnen gehört habe, beende ich das Interview hier. Das Team sieht sich das Bisherige an.",
            ),
            affirmations=frozenset({"ja", "ja bitte", "ja beenden", "beenden", "bitte beenden", "stopp", "aufhören"}),
        ),
        "es": CodePhrases(
            greeting=(
                "Hola {name}, le doy la bienvenida. Soy Viva, una inteligencia artificial, y le haré la entrevista para el puesto {title}. Tengo "
                "{questions} preguntas y disponemos de {minutes} minutos como máximo. En cualquier momento puede pedirme que repita una pregunta, "
                "tomarse un momento para pensar o terminar. Sobre su candidatura deciden personas, no yo."
            ),
            question_again="Le hago la pregunta de nuevo.",
            move_on="Dejemos aquí esa pregunta y sigamos.",
            wait="Por supuesto, tómese su tiempo.",
            stop="¿Quiere terminar la entrevista aquí? Diga sí para terminarla, o simplemente siga con su respuesta.",
            nudge="Hace un rato que no tengo noticias suyas. Cuando quiera, aquí está la pregunta de nuevo.",
            after_interruption="Disculpe la interrupción. Aquí está la pregunta de nuevo.",
            not_heard="Disculpe, no le he oído bien. Aquí está la pregunta de nuevo.",
            closings=_build_closings(
                "Esa era mi última pregunta. Gracias por sus respuestas y su tiempo. El equipo revisará nuestra conversación y se pondrá en contacto.",
                "Se nos ha acabado el tiempo, así que termino aquí. Gracias por sus respuestas. El equipo las revisará y se pondrá en contacto.",
                "Entonces terminamos aquí, como desea. Gracias por su tiempo. El equipo revisará lo que tenemos y se pondrá en contacto.",
                "Como hace un rato que no tengo noticias suyas, termino aquí la entrevista. El equipo revisará lo que tenemos.",
            ),
            affirmations=frozenset({"sí", "si", "sí por favor", "si por favor", "terminar", "sí terminar"}),
        ),
        "fr": CodePhrases(
            greeting=(
                "Bonjour {name}, et bienvenue. Je suis Viva, une intelligence artificielle, et je mène votre entretien pour le poste {title}. J'ai "
                "{questions} questions, et nous avons au plus {minutes} minutes. Vous pouvez à tout moment me demander de répéter une question, "
                "prendre un moment pour réfléchir, ou arrêter. Ce sont des personnes, et non moi, qui décident de votre candidature."
            ),
            question_again="Je repose la question.",
            move_on="Laissons cette question et continuons.",
            wait="Bien sûr, prenez votre temps.",
            stop="Voulez-vous terminer l'entretien ici ? Dites oui pour le terminer, ou poursuivez simplement votre réponse.",
            nudge="Je n'ai plus de nouvelles de vous depuis un moment. Quand vous voudrez, voici de nouveau la question.",
            after_interruption="Veuillez excuser cette interruption. Voici de nouveau la question.",
            not_heard="Veuillez m'excuser, je vous ai mal entendu. Voici de nouveau la question.",
            closings=_build_closings(
                "C'était ma dernière question. Merci pour vos réponses et votre temps. L'équipe va lire notre échange et vous recontactera.",
                "Le temps est écoulé, je m'arrête donc ici. Merci pour vos réponses. L'équipe va lire notre échange et vous recontactera.",
                "Nous nous arrêtons donc ici, comme vous le souhaitez. Merci pour votre temps. L'équipe lira notre échange et vous recontactera.",
                "Comme je n'ai plus de nouvelles de vous depuis un moment, je termine l'entretien ici. L'équipe lira ce que nous avons.",
            ),
            affirmations=frozenset({"oui", "oui merci", "oui s'il vous plaît", "terminer", "oui terminer"}),
        ),
    }
)
"""by primary BCP 47 subtag: the languages in which an interview can be held"""


def get_phrases(language: str) -> CodePhrases:
    """The phrases of a BCP 47 tag, by its primary subtag. Raises KeyError for a language that is not in LANGUAGES."""
    return PHRASES_BY_LANGUAGE[primary_language(language)]


def normalize_answer(text: str) -> str:
    """A short answer as it is compared with `affirmations`: casefolded, words and apostrophes only, one space between them."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded))
