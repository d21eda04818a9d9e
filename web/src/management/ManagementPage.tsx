/** Index patterns, indices, saved objects and settings. */
export function ManagementPage() {
  return <div>Management</div>;
}
