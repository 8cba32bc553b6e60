"""What candidates agree to before the first question: versioned texts, so that a stored consent says which words were shown.

A changed text is a new version beside the old ones, never an edit of what somebody has agreed to.
"""

from dataclasses import dataclass

from errors import BadInput
from models.documents.interview import Consent
from models.documents.language import primary_language
from models.storage.clock import now

CURRENT_CONSENT_VERSION = "2026-11"
FALLBACK_LANGUAGE = "en"

CONSENT_TEXTS: dict[str, dict[str, str]] = {
    "2026-11": {
        "en": (
            "This interview is led by an artificial intelligence (AI), not by a person.\n\n"
            "What you say or write is stored as a transcript. People of the organization that invited you can follow it "
            "while it happens and read it afterwards. To ask its questions and to understand your answers, the AI is given "
            "your answers and what the organization has provided about you and the position, such as your résumé; they are "
            "processed by the provider of the AI model.\n\n"
            "After the interview the AI assesses your answers against the criteria of the position and quotes from them. "
            "People read that assessment, can correct it, and decide: the AI takes no decision about your application.\n\n"
            "Sound and picture are recorded only if you agree to it separately. You can take part without a recording.\n\n"
            "Taking part is voluntary. You can stop at any time by saying so, or by leaving, and you can ask the "
            "organization for your data, or to have it erased.\n\n"
            "I have read this and agree to take part."
        ),
        "de": (
            "Dieses Gespräch führt eine künstliche Intelligenz (KI), kein Mensch.\n\n"
            "Was Sie sagen oder schreiben, wird als Protokoll gespeichert. Personen der Organisation, die Sie eingeladen "
            "hat, können es mitverfolgen und später lesen. Um Fragen zu stellen und Ihre Antworten zu verstehen, erhält die "
            "KI Ihre Antworten und das, was die Organisation über Sie und die Stelle bereitgestellt hat, etwa Ihren "
            "Lebenslauf; beides wird vom Anbieter des KI-Modells verarbeitet.\n\n"
            "Nach dem Gespräch bewertet die KI Ihre Antworten nach den Kriterien der Stelle und zitiert daraus. Menschen "
            "lesen diese Bewertung, können sie korrigieren und entscheiden: Die KI trifft keine Entscheidung über Ihre "
            "Bewerbung.\n\n"
            "Ton und Bild werden nur aufgezeichnet, wenn Sie dem gesondert zustimmen. Sie können auch ohne Aufzeichnung "
            "teilnehmen.\n\n"
            "Die Teilnahme ist freiwillig. Sie können jederzeit aufhören, indem Sie es sagen oder das Gespräch verlassen, "
            "und Sie können bei der Organisation Auskunft über Ihre Daten oder deren Löschung verlangen.\n\n"
            "Ich habe dies gelesen und bin mit der Teilnahme einverstanden."
        ),
        "es": (
            "Esta entrevista la realiza una inteligencia artificial (IA), no una persona.\n\n"
            "Lo que usted diga o escriba se guarda como transcripción. Personas de la organización que le ha invitado "
            "pueden seguirla mientras tiene lugar y leerla después. Para hacer sus preguntas y entender sus respuestas, la "
            "IA recibe sus respuestas y lo que la organización ha facilitado sobre usted y sobre el puesto, como su "
            "currículum; todo ello lo trata el proveedor del modelo de IA.\n\n"
            "Después de la entrevista, la IA valora sus respuestas según los criterios del puesto y cita partes de ellas. "
            "Hay personas que leen esa valoración, pueden corregirla y deciden: la IA no toma ninguna decisión sobre su "
            "candidatura.\n\n"
            "El sonido y la imagen solo se graban si usted da su consentimiento por separado. Puede participar sin "
            "grabación.\n\n"
            "La participación es voluntaria. Puede terminar en cualquier momento diciéndolo o abandonando la entrevista, y "
            "puede pedir a la organización sus datos o que los borre.\n\n"
            "He leído lo anterior y acepto participar."
        ),
        "fr": (
            "Cet entretien est mené par une intelligence artificielle (IA), et non par une personne.\n\n"
            "Ce que vous dites ou écrivez est conservé sous forme de transcription. Des personnes de l'organisation qui "
            "vous a invité peuvent la suivre pendant l'entretien et la lire ensuite. Pour poser ses questions et comprendre "
            "vos réponses, l'IA reçoit vos réponses et ce que l'organisation a fourni sur vous et sur le poste, par exemple "
            "votre CV ; ces données sont traitées par le fournisseur du modèle d'IA.\n\n"
            "Après l'entretien, l'IA évalue vos réponses selon les critères du poste et en cite des passages. Des personnes "
            "lisent cette évaluation, peuvent la corriger et décident : l'IA ne prend aucune décision sur votre "
            "candidature.\n\n"
            "Le son et l'image ne sont enregistrés que si vous l'acceptez séparément. Vous pouvez participer sans "
            "enregistrement.\n\n"
            "La participation est volontaire. Vous pouvez arrêter à tout moment en le disant ou en quittant l'entretien, et "
            "vous pouvez demander à l'organisation vos données ou leur effacement.\n\n"
            "J'ai lu ce qui précède et j'accepte de participer."
        ),
    }
}


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The words to show, in the language that they are written in."""

    version: str
    language: str
    text: str


def get_consent_text(language: str) -> ConsentText:
    """The current text in the language of a BCP 47 tag; in English when there is none in that language."""
    primary = primary_language(language)
    text_language = primary if primary in CONSENT_TEXTS[CURRENT_CONSENT_VERSION] else FALLBACK_LANGUAGE
    return ConsentText(CURRENT_CONSENT_VERSION, text_language, CONSENT_TEXTS[CURRENT_CONSENT_VERSION][text_language])


def create_consent(text_version: str, *, recording: bool) -> Consent:
    """The consent that is given now. Raises BadInput for a version that is not known."""
    if text_version not in CONSENT_TEXTS:
        raise BadInput(
            f"consent.textVersion is unknown: show the candidate the text of version {CURRENT_CONSENT_VERSION} "
            "(invitation.consentText) and send "
            "that version.",
            field="consent.textVersion",
        )
    return Consent(text_version=text_version, given_at=now(), recording=recording)
