import { Page } from '../ui/Page'

export function ReviewPage({ id }: { id: string }) {
  return <Page title={`Interview ${id}`}>soon</Page>
}
