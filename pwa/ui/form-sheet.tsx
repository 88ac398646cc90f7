/** A form in a dialog, which closes once the form is done. */
import { type Fields, Form, type FormProps } from './form.tsx';
import { Sheet } from './sheet.tsx';

export function FormSheet<Of extends Fields>(
  props: FormProps<Of> & { readonly title: string; readonly onClose: () => void },
) {
  return (
    <Sheet title={props.title} onClose={props.onClose}>
      <Form
        {...props}
        onSubmit={async (values) => {
          await props.onSubmit(values);
          props.onClose();
        }}
      />
    </Sheet>
  );
}
