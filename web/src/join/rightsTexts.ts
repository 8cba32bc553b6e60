import type { RequestKind } from '../gql/graphql'

/** What candidates read about their rights. Like the consent text, it is in the language of the interview. */
export interface RightsTexts {
  heading: string
  intro: string
  /** What can be requested, and a hint about it. `minutes` is the present time limit. */
  kinds: Record<Exclude<RequestKind, 'HUMAN'>, { label: string; hint: (minutes: number, organization: string) => string }>
  details: string
  submit: string
  nothingChosen: string
  nothingDescribed: string
  requested: string
  granted: Record<'EXTRA_TIME' | 'CAPTIONS' | 'TYPING', (minutes: number) => string>
  person: string
  answers: Record<'OPEN' | 'GRANTED' | 'DECLINED', (organization: string) => string>
  /** What a candidate with open requests should know. */
  outlook: string
  optOut: string
  alternative: ConfirmationTexts
  withdrawal: ConfirmationTexts
  /** The withdrawal of a candidate who has not consented yet. */
  refusal: ConfirmationTexts
  keep: string
  closed: Record<'ALTERNATIVE_REQUESTED' | 'CONSENT_WITHDRAWN', { title: string; text: (organization: string) => string }>
  erasure: ConfirmationTexts & { offer: string; keep: string; done: { title: string; text: string } }
}

interface ConfirmationTexts {
  /** Label of the button that opens the dialog. */
  label: string
  title: string
  text: (organization: string) => string
  confirm: string
}

const EN: RightsTexts = {
  heading: 'Need something different?',
  intro: 'Choose what you need. You do not have to give a reason, and it has no influence on the assessment.',
  kinds: {
    EXTRA_TIME: { label: 'More time', hint: (minutes) => `You have ${minutes} minutes now.` },
    CAPTIONS: { label: 'Captions', hint: () => 'Everything that the interviewer says appears in writing while it speaks.' },
    TYPING: { label: 'Typing instead of speaking', hint: () => 'You need no microphone. The questions are the same.' },
    OTHER: { label: 'Something else', hint: (_, organization) => `People at ${organization} will answer.` },
  },
  details: 'What do you need?',
  submit: 'Send the request',
  nothingChosen: 'Please choose what you need.',
  nothingDescribed: 'Please describe what you need.',
  requested: 'What you have requested',
  granted: {
    EXTRA_TIME: (minutes) => `More time: granted. You have ${minutes} minutes in total.`,
    CAPTIONS: () => 'Captions: granted. You can read everything that the interviewer says.',
    TYPING: () => 'Typing: granted. You need no microphone.',
  },
  person: 'A conversation with a person',
  answers: {
    OPEN: (organization) => `sent to ${organization}.`,
    GRANTED: (organization) => `granted by ${organization}.`,
    DECLINED: (organization) => `declined by ${organization}.`,
  },
  outlook: 'The answer will appear on this page, which you can open again with the same link. You do not have to wait for it.',
  optOut: 'You do not have to take part. If you would rather not be interviewed by an AI, you can ask for a person.',
  alternative: {
    label: 'Ask for a person instead',
    title: 'Ask for a person instead?',
    text: (organization) =>
      `The interview with the AI ends here, and nothing of it is evaluated. ${organization} will get in touch with you. You cannot return to this interview.`,
    confirm: 'Yes, ask for a person',
  },
  withdrawal: {
    label: 'Withdraw my consent',
    title: 'Withdraw your consent?',
    text: () => 'The interview ends here, and nothing of it is evaluated. You cannot return to it. Afterwards you can have your data erased.',
    confirm: 'Yes, withdraw',
  },
  refusal: {
    label: 'I do not want to take part',
    title: 'Decline the interview?',
    text: (organization) => `The interview is cancelled, and ${organization} sees that you have opted out. You cannot return to it. Afterwards you can have your data erased.`,
    confirm: 'Yes, decline',
  },
  keep: 'Keep the interview',
  closed: {
    ALTERNATIVE_REQUESTED: {
      title: 'You have asked for a person instead',
      text: (organization) =>
        `The interview with the AI is over, and nothing that you said in it is evaluated. ${organization} has received your request and will get in touch with you. Thank you for your time. You can close this page now.`,
    },
    CONSENT_WITHDRAWN: {
      title: 'You have opted out of this interview',
      text: (organization) =>
        `Nothing that you said is evaluated, and there is nothing else to do. If you have any questions, please contact ${organization}. Thank you for your time. You can close this page now.`,
    },
  },
  erasure: {
    offer: 'You can also have everything that was stored about this interview erased now.',
    label: 'Erase my data',
    title: 'Erase your data permanently?',
    text: (organization) => `This cannot be undone, and this link will no longer work. A request that you have made to ${organization} is erased as well.`,
    confirm: 'Erase everything',
    keep: 'Keep my data',
    done: { title: 'Your data have been erased', text: 'You can close this page now.' },
  },
}

const DE: RightsTexts = {
  heading: 'Brauchen Sie etwas anderes?',
  intro: 'Wählen Sie, was Sie brauchen. Sie müssen keinen Grund nennen, und es hat keinen Einfluss auf die Bewertung.',
  kinds: {
    EXTRA_TIME: { label: 'Mehr Zeit', hint: (minutes) => `Zurzeit haben Sie ${minutes} Minuten.` },
    CAPTIONS: { label: 'Untertitel', hint: () => 'Alles, was die KI sagt, erscheint beim Sprechen als Text.' },
    TYPING: { label: 'Tippen statt sprechen', hint: () => 'Sie brauchen kein Mikrofon. Die Fragen sind dieselben.' },
    OTHER: { label: 'Etwas anderes', hint: (_, organization) => `Menschen bei ${organization} antworten Ihnen.` },
  },
  details: 'Was brauchen Sie?',
  submit: 'Anfrage senden',
  nothingChosen: 'Bitte wählen Sie, was Sie brauchen.',
  nothingDescribed: 'Bitte beschreiben Sie, was Sie brauchen.',
  requested: 'Worum Sie gebeten haben',
  granted: {
    EXTRA_TIME: (minutes) => `Mehr Zeit: gewährt. Sie haben insgesamt ${minutes} Minuten.`,
    CAPTIONS: () => 'Untertitel: gewährt. Sie können alles mitlesen, was die KI sagt.',
    TYPING: () => 'Tippen: gewährt. Sie brauchen kein Mikrofon.',
  },
  person: 'Ein Gespräch mit einem Menschen',
  answers: {
    OPEN: (organization) => `an ${organization} gesendet.`,
    GRANTED: (organization) => `von ${organization} gewährt.`,
    DECLINED: (organization) => `von ${organization} abgelehnt.`,
  },
  outlook: 'Die Antwort erscheint auf dieser Seite, die Sie mit demselben Link wieder öffnen können. Sie müssen nicht darauf warten.',
  optOut: 'Sie müssen nicht teilnehmen. Wenn Sie lieber kein Gespräch mit einer KI führen möchten, können Sie um einen Menschen bitten.',
  alternative: {
    label: 'Um einen Menschen bitten',
    title: 'Stattdessen um einen Menschen bitten?',
    text: (organization) =>
      `Das Gespräch mit der KI endet hier, und nichts davon wird bewertet. ${organization} meldet sich bei Ihnen. Sie können zu diesem Gespräch nicht zurückkehren.`,
    confirm: 'Ja, um einen Menschen bitten',
  },
  withdrawal: {
    label: 'Einwilligung widerrufen',
    title: 'Einwilligung widerrufen?',
    text: () => 'Das Gespräch endet hier, und nichts davon wird bewertet. Sie können nicht zurückkehren. Danach können Sie Ihre Daten löschen lassen.',
    confirm: 'Ja, widerrufen',
  },
  refusal: {
    label: 'Ich möchte nicht teilnehmen',
    title: 'Das Gespräch ablehnen?',
    text: (organization) => `Das Gespräch entfällt, und ${organization} sieht, dass Sie nicht teilnehmen. Sie können nicht zurückkehren. Danach können Sie Ihre Daten löschen lassen.`,
    confirm: 'Ja, ablehnen',
  },
  keep: 'Beim Gespräch bleiben',
  closed: {
    ALTERNATIVE_REQUESTED: {
      title: 'Sie haben stattdessen um einen Menschen gebeten',
      text: (organization) =>
        `Das Gespräch mit der KI ist beendet, und nichts, was Sie darin gesagt haben, wird bewertet. ${organization} hat Ihre Bitte erhalten und meldet sich bei Ihnen. Vielen Dank für Ihre Zeit. Sie können diese Seite jetzt schließen.`,
    },
    CONSENT_WITHDRAWN: {
      title: 'Sie nehmen an diesem Gespräch nicht teil',
      text: (organization) =>
        `Nichts, was Sie gesagt haben, wird bewertet, und Sie müssen nichts weiter tun. Bei Fragen wenden Sie sich bitte an ${organization}. Vielen Dank für Ihre Zeit. Sie können diese Seite jetzt schließen.`,
    },
  },
  erasure: {
    offer: 'Sie können auch alles, was zu diesem Gespräch gespeichert wurde, jetzt löschen lassen.',
    label: 'Meine Daten löschen',
    title: 'Ihre Daten endgültig löschen?',
    text: (organization) => `Das lässt sich nicht rückgängig machen, und dieser Link funktioniert dann nicht mehr. Auch eine Bitte, die Sie an ${organization} gerichtet haben, wird gelöscht.`,
    confirm: 'Alles löschen',
    keep: 'Daten behalten',
    done: { title: 'Ihre Daten sind gelöscht', text: 'Sie können diese Seite jetzt schließen.' },
  },
}

const ES: RightsTexts = {
  heading: '¿Necesita algo diferente?',
  intro: 'Elija lo que necesita. No tiene que dar ningún motivo, y no influye en la valoración.',
  kinds: {
    EXTRA_TIME: { label: 'Más tiempo', hint: (minutes) => `Ahora dispone de ${minutes} minutos.` },
    CAPTIONS: { label: 'Subtítulos', hint: () => 'Todo lo que dice la IA aparece por escrito mientras habla.' },
    TYPING: { label: 'Escribir en lugar de hablar', hint: () => 'No necesita micrófono. Las preguntas son las mismas.' },
    OTHER: { label: 'Otra cosa', hint: (_, organization) => `Le responderán personas de ${organization}.` },
  },
  details: '¿Qué necesita?',
  submit: 'Enviar la petición',
  nothingChosen: 'Elija lo que necesita.',
  nothingDescribed: 'Describa lo que necesita.',
  requested: 'Lo que ha pedido',
  granted: {
    EXTRA_TIME: (minutes) => `Más tiempo: concedido. Dispone de ${minutes} minutos en total.`,
    CAPTIONS: () => 'Subtítulos: concedidos. Puede leer todo lo que dice la IA.',
    TYPING: () => 'Escribir: concedido. No necesita micrófono.',
  },
  person: 'Una conversación con una persona',
  answers: {
    OPEN: (organization) => `petición enviada a ${organization}.`,
    GRANTED: (organization) => `concedido por ${organization}.`,
    DECLINED: (organization) => `denegado por ${organization}.`,
  },
  outlook: 'La respuesta aparecerá en esta página, que puede volver a abrir con el mismo enlace. No tiene que esperarla.',
  optOut: 'La participación es voluntaria. Si prefiere que no le entreviste una IA, puede pedir hablar con una persona.',
  alternative: {
    label: 'Pedir hablar con una persona',
    title: '¿Pedir hablar con una persona?',
    text: (organization) =>
      `La entrevista con la IA termina aquí y no se valorará nada de ella. ${organization} se pondrá en contacto con usted. No podrá volver a esta entrevista.`,
    confirm: 'Sí, pedir una persona',
  },
  withdrawal: {
    label: 'Retirar mi consentimiento',
    title: '¿Retirar su consentimiento?',
    text: () => 'La entrevista termina aquí y no se valorará nada de ella. No podrá volver. Después podrá pedir que se borren sus datos.',
    confirm: 'Sí, retirarlo',
  },
  refusal: {
    label: 'No quiero participar',
    title: '¿Rechazar la entrevista?',
    text: (organization) => `La entrevista se cancela y ${organization} verá que no participa. No podrá volver. Después podrá pedir que se borren sus datos.`,
    confirm: 'Sí, rechazarla',
  },
  keep: 'Seguir con la entrevista',
  closed: {
    ALTERNATIVE_REQUESTED: {
      title: 'Ha pedido hablar con una persona',
      text: (organization) =>
        `La entrevista con la IA ha terminado y no se valorará nada de lo que ha dicho en ella. ${organization} ha recibido su petición y se pondrá en contacto con usted. Gracias por su tiempo. Ya puede cerrar esta página.`,
    },
    CONSENT_WITHDRAWN: {
      title: 'Ha decidido no participar en esta entrevista',
      text: (organization) =>
        `No se valorará nada de lo que ha dicho y no tiene que hacer nada más. Si tiene alguna pregunta, póngase en contacto con ${organization}. Gracias por su tiempo. Ya puede cerrar esta página.`,
    },
  },
  erasure: {
    offer: 'También puede pedir que se borre ahora todo lo que se ha guardado de esta entrevista.',
    label: 'Borrar mis datos',
    title: '¿Borrar sus datos definitivamente?',
    text: (organization) => `No se puede deshacer, y este enlace dejará de funcionar. También se borra la petición que haya hecho a ${organization}.`,
    confirm: 'Borrar todo',
    keep: 'Conservar mis datos',
    done: { title: 'Sus datos se han borrado', text: 'Ya puede cerrar esta página.' },
  },
}

const FR: RightsTexts = {
  heading: 'Besoin d’autre chose ?',
  intro: 'Choisissez ce dont vous avez besoin. Vous n’avez pas à vous justifier, et cela n’a aucune influence sur l’évaluation.',
  kinds: {
    EXTRA_TIME: { label: 'Plus de temps', hint: (minutes) => `Vous disposez actuellement de ${minutes} minutes.` },
    CAPTIONS: { label: 'Sous-titres', hint: () => 'Tout ce que dit l’IA s’affiche par écrit pendant qu’elle parle.' },
    TYPING: { label: 'Écrire au lieu de parler', hint: () => 'Vous n’avez pas besoin de micro. Les questions sont les mêmes.' },
    OTHER: { label: 'Autre chose', hint: (_, organization) => `Des personnes de ${organization} vous répondront.` },
  },
  details: 'De quoi avez-vous besoin ?',
  submit: 'Envoyer la demande',
  nothingChosen: 'Veuillez choisir ce dont vous avez besoin.',
  nothingDescribed: 'Veuillez décrire ce dont vous avez besoin.',
  requested: 'Ce que vous avez demandé',
  granted: {
    EXTRA_TIME: (minutes) => `Plus de temps : accordé. Vous disposez de ${minutes} minutes en tout.`,
    CAPTIONS: () => 'Sous-titres : accordés. Vous pouvez lire tout ce que dit l’IA.',
    TYPING: () => 'Écrire : accordé. Vous n’avez pas besoin de micro.',
  },
  person: 'Un échange avec une personne',
  answers: {
    OPEN: (organization) => `demande envoyée à ${organization}.`,
    GRANTED: (organization) => `accordé par ${organization}.`,
    DECLINED: (organization) => `refusé par ${organization}.`,
  },
  outlook: 'La réponse s’affichera sur cette page, que vous pouvez rouvrir avec le même lien. Rien ne vous oblige à l’attendre.',
  optOut: 'Votre participation est libre. Si vous préférez un échange sans IA, vous pouvez demander une personne.',
  alternative: {
    label: 'Demander une personne',
    title: 'Demander une personne à la place ?',
    text: (organization) =>
      `L’entretien avec l’IA s’arrête ici, et rien n’en sera évalué. ${organization} vous contactera. Vous ne pourrez pas revenir à cet entretien.`,
    confirm: 'Oui, demander une personne',
  },
  withdrawal: {
    label: 'Retirer mon consentement',
    title: 'Retirer votre consentement ?',
    text: () => 'L’entretien s’arrête ici, et rien n’en sera évalué. Vous ne pourrez pas y revenir. Vous pourrez ensuite faire effacer vos données.',
    confirm: 'Oui, le retirer',
  },
  refusal: {
    label: 'Je ne souhaite pas participer',
    title: 'Refuser l’entretien ?',
    text: (organization) => `L’entretien est annulé, et ${organization} verra que vous ne participez pas. Vous ne pourrez pas y revenir. Vous pourrez ensuite faire effacer vos données.`,
    confirm: 'Oui, le refuser',
  },
  keep: 'Garder l’entretien',
  closed: {
    ALTERNATIVE_REQUESTED: {
      title: 'Vous avez demandé une personne à la place',
      text: (organization) =>
        `L’entretien avec l’IA est terminé, et rien de ce que vous y avez dit ne sera évalué. ${organization} a reçu votre demande et vous contactera. Merci pour votre temps. Vous pouvez fermer cette page.`,
    },
    CONSENT_WITHDRAWN: {
      title: 'Vous ne participez pas à cet entretien',
      text: (organization) =>
        `Rien de ce que vous avez dit ne sera évalué, et vous n’avez rien d’autre à faire. Pour toute question, adressez-vous à ${organization}. Merci pour votre temps. Vous pouvez fermer cette page.`,
    },
  },
  erasure: {
    offer: 'Vous pouvez aussi faire effacer dès maintenant tout ce qui a été enregistré sur cet entretien.',
    label: 'Effacer mes données',
    title: 'Effacer définitivement vos données ?',
    text: (organization) => `Cette action est irréversible, et ce lien ne fonctionnera plus. Une demande que vous avez adressée à ${organization} est effacée aussi.`,
    confirm: 'Tout effacer',
    keep: 'Garder mes données',
    done: { title: 'Vos données ont été effacées', text: 'Vous pouvez fermer cette page.' },
  },
}

const TEXTS: Record<string, RightsTexts> = { en: EN, de: DE, es: ES, fr: FR }

/** Returns the texts in the language of a BCP 47 tag, which is that of a consent text; English if there is no translation. */
export function getRightsTexts(language: string): RightsTexts {
  return TEXTS[language.split('-')[0] ?? ''] ?? EN
}
