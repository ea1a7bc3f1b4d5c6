/**
 * Search attributes are in clear and bypass the codec (temporal.md, section 2): opaque ids and codes, never anything
 * about a person. Their keys are declared with the messages, because workflows set them; here they are made known
 * to the engine, before the first worker runs: setting one that it does not know stops a workflow task for ever.
 */
import proto from '@temporalio/proto';
import { caseSearchAttributes } from '../workflows/messages/case-search-attributes.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

const indexedTypes = {
  TEXT: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  DOUBLE: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  BOOL: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  KEYWORD_LIST: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
} as const;
type Indexed = keyof typeof indexedTypes;

/** The part of a connection this needs; clients' and workers' connections both have it. */
export interface OperatorConnection {
  readonly operatorService: {
    addSearchAttributes(request: { namespace: string; searchAttributes: Record<string, number> }): Promise<unknown>;
  };
}

/**
 * Makes the platform's search attributes known to a namespace. Safe to repeat.
 * On Temporal Cloud they are made with `tcld`, because its frontend has no operator service.
 */
export async function registerSearchAttributes(connection: OperatorConnection, namespace: string): Promise<void> {
  for (const key of Object.values<{ readonly name: string; readonly type: Indexed }>(caseSearchAttributes)) {
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: { [key.name]: indexedTypes[key.type] },
      });
    } catch (error) {
      // One by one: servers differ in whether a repeat is an error, and in which of several they then add.
      if (!/already exist/i.test((error as { details?: string; message?: string }).details ?? String(error)))
        throw error;
    }
  }
}
