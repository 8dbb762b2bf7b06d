import { fieldForms } from './obligations/field-forms.ts'
import type { ObligationForm, RedactionVocabulary } from './obligations/form.ts'
import { settingForms } from './obligations/setting-forms.ts'

export type {
  ObligationArgument,
  ObligationForm,
  ObligationProblem,
  RedactionVocabulary,
} from './obligations/form.ts'

/** What a policy may demand, by name. A name that is neither here nor declared fails at load. */
export type ObligationRegistry = ReadonlyMap<string, ObligationForm>

/** The obligations of this version. */
export function obligationRegistry(vocabulary: RedactionVocabulary): ObligationRegistry {
  return new Map([...fieldForms(vocabulary), ...settingForms()])
}
