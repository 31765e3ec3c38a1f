export default function Page() {
  return <p>The webhook is at /webhooks/sinch/{'{integration}'}</p>;
}
