/** A result that was written with --json, added by hand: where the program cannot reach the clinic. */
import { FileButton, Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { keepSimulation, type SimulationBody } from '../api/reports.ts';
import { ProblemAlert } from '../parts/problem.tsx';

class NotJson extends Error {}

export function AddResult({ onKept }: { readonly onKept: (id: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: async (file: File) => keepSimulation(await read(file)),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['simulations'] });
      onKept(id);
    },
  });
  return (
    <div className="hs-add-result">
      <FileButton accept="application/json,.json" onChange={(file) => file !== null && add.mutate(file)}>
        {(props) => (
          <Button {...props} variant="default" loading={add.isPending}>
            {t('simulations.add')}
          </Button>
        )}
      </FileButton>
      {add.isSuccess && (
        <Text size="sm" role="status">
          {t('simulations.kept')}
        </Text>
      )}
      {add.error instanceof NotJson ? (
        <Text size="sm" role="alert" c="var(--hs-danger)">
          {t('simulations.notJson')}
        </Text>
      ) : (
        <ProblemAlert error={add.error} />
      )}
    </div>
  );
}

/** The server judges what is in it. */
async function read(file: File): Promise<SimulationBody> {
  try {
    return JSON.parse(await file.text()) as SimulationBody;
  } catch {
    throw new NotJson();
  }
}
