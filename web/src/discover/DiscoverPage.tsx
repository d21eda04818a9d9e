/** Search and read logs. */
export function DiscoverPage() {
  return <div>Discover</div>;
}
