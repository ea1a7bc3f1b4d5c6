/** The kinds of policy that have a form of their own; the others are typed as they are stored. */
import type { ComponentType } from 'react';
import type { PolicyBody } from '../../api/queries.ts';
import { ConfirmationFields } from './confirmation-fields.tsx';
import { FeeFields } from './fee-fields.tsx';

export interface FieldsProps {
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: Readonly<Record<string, unknown>>) => void;
}

export const policyFields: Partial<Record<PolicyBody['kind'], ComponentType<FieldsProps>>> = {
  confirmation: ConfirmationFields,
  fee: FeeFields,
};
