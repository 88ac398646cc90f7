/** A form: fields with labels, one button that says what it is doing, and each problem beside the field that it is about. */
import { createUniqueId, For, type JSX, Show, untrack } from 'solid-js';
import { createStore } from 'solid-js/store';
import { CopyButton } from './copy.tsx';
import { createCall, messageOf } from './create-call.ts';
import { Options } from './options.tsx';
import './form.css';
import { ProblemLine } from './problem-line.tsx';

export interface Field {
  readonly label: string;
  /** What it begins with. */
  readonly value?: string;
  /** A sentence below the label. */
  readonly note?: string;
  readonly type?: 'email' | 'password';
  /** A choice of these instead of a text. */
  readonly choices?: readonly (readonly [value: string, text: string])[];
  /** It may stay empty. */
  readonly optional?: boolean;
  /** A text of several lines, this many high. */
  readonly rows?: number;
  /** What is wrong with a value that is not empty, beside the values of the other fields. */
  readonly check?: (value: string, values: Readonly<Record<string, string>>) => string | undefined;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly inputMode?: 'numeric';
  readonly autocapitalize?: 'characters';
}

export type Fields = Readonly<Record<string, Field>>;

/** What was typed, without spaces around it. */
export type Values<Of extends Fields> = { readonly [Name in keyof Of]: string };

export interface FormProps<Of extends Fields> {
  readonly fields: Of;
  /** The label of the button, and what it says while it works. */
  readonly submit: string;
  readonly busy: string;
  /** `quiet` where another way comes first. */
  readonly tone?: 'primary' | 'danger' | 'quiet';
  readonly onSubmit: (values: Values<Of>) => Promise<void>;
  /** The field that a refusal is about, by its code. Otherwise its `pointer` names the field. */
  readonly about?: Readonly<Record<string, keyof Of & string>>;
  /** The same as a command line. */
  readonly curl?: (values: Values<Of>) => string;
  /** Stands above the fields. */
  readonly children?: JSX.Element;
  /** Stands below the fields. */
  readonly below?: JSX.Element;
}

export function Form<Of extends Fields>(props: FormProps<Of>) {
  const id = createUniqueId();
  const call = createCall();
  const names = () => Object.keys(props.fields);
  const [texts, setTexts] = createStore(
    untrack(() => Object.fromEntries(names().map((name) => [name, props.fields[name]?.value ?? '']))),
  );
  const [wrong, setWrong] = createStore<Record<string, string | undefined>>({});
  const values = () =>
    Object.fromEntries(
      names().map((name) => [name, props.fields[name]?.type === 'password' ? texts[name] : (texts[name] ?? '').trim()]),
    ) as Values<Of>;
  const refuse = (found: Record<string, string | undefined>) => {
    setWrong(found);
    const first = names().find((name) => found[name] !== undefined);
    if (first !== undefined) document.getElementById(`${id}-${first}`)?.focus();
    return first !== undefined;
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = values();
    if (call.busy() || refuse(wrongIn(props.fields, given))) return;
    await call.run(() => props.onSubmit(given));
    const name = fieldOf(call.failure(), props);
    if (name !== undefined) refuse({ [name]: messageOf(call.failure()) });
  };
  return (
    <form class="stack" noValidate onSubmit={(event) => void submit(event)}>
      {props.children}
      <For each={names()}>
        {(name) => (
          <FormField
            id={`${id}-${name}`}
            of={props.fields[name] as Field}
            value={texts[name] ?? ''}
            wrong={wrong[name]}
            onInput={(text) => {
              setTexts(name, text);
              setWrong(name, undefined);
            }}
          />
        )}
      </For>
      {props.below}
      <ProblemLine of={fieldOf(call.failure(), props) === undefined ? call.problem() : undefined} />
      <div class="form-foot">
        <button
          type="submit"
          class="button"
          classList={{ primary: (props.tone ?? 'primary') === 'primary', danger: props.tone === 'danger' }}
          aria-disabled={call.busy()}
        >
          {call.busy() ? props.busy : props.submit}
        </button>
        <Show when={props.curl}>{(curl) => <CopyButton label="Copy as curl" text={curl()(values())} />}</Show>
      </div>
    </form>
  );
}

function FormField(props: {
  id: string;
  of: Field;
  value: string;
  wrong: string | undefined;
  onInput: (text: string) => void;
}) {
  const described = () =>
    [props.of.note && `${props.id}-note`, props.wrong && `${props.id}-wrong`].filter(Boolean).join(' ') || undefined;
  const shared = () =>
    ({
      id: props.id,
      class: 'field',
      'aria-required': props.of.optional !== true,
      'aria-invalid': props.wrong !== undefined,
      'aria-describedby': described(),
      onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
    }) as const;
  return (
    <div class="form-field">
      <label for={props.id}>{props.of.label}</label>
      <Show when={props.of.note}>
        {(note) => (
          <p id={`${props.id}-note`} class="small soft">
            {note()}
          </p>
        )}
      </Show>
      <Show
        when={props.of.choices}
        fallback={
          <Show
            when={props.of.rows}
            fallback={
              <input
                {...shared()}
                type={props.of.type ?? 'text'}
                value={props.value}
                maxlength={props.of.maxLength}
                placeholder={props.of.placeholder}
                autocomplete={props.of.autocomplete ?? 'off'}
                autocapitalize={props.of.autocapitalize}
                inputmode={props.of.inputMode}
                spellcheck={false}
              />
            }
          >
            {(rows) => <textarea {...shared()} rows={rows()} value={props.value} placeholder={props.of.placeholder} />}
          </Show>
        }
      >
        {(choices) => (
          <select {...shared()}>
            <Options of={choices()} value={props.value} />
          </select>
        )}
      </Show>
      <Show when={props.wrong}>
        {(wrong) => (
          <p id={`${props.id}-wrong`} class="problem" role="alert">
            {wrong()}
          </p>
        )}
      </Show>
    </div>
  );
}

/** What is wrong with each field before anything is sent. */
function wrongIn(fields: Fields, values: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const wrong = (field: Field, value: string) => {
    if (value !== '') return field.check?.(value, values);
    return field.optional ? undefined : `${field.label} is missing.`;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, wrong(field, values[name] ?? '')]));
}

/** The field that a refusal of the relay is about. */
function fieldOf<Of extends Fields>(error: unknown, { fields, about = {} }: FormProps<Of>): string | undefined {
  const { code, problem } = (error ?? {}) as { code?: string; problem?: { pointer?: unknown } };
  const named = about[code ?? ''] ?? String(problem?.pointer ?? '').slice(1);
  return Object.hasOwn(fields, named) ? named : undefined;
}
