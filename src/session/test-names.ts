interface NamedTask {
  readonly name: string;
  readonly suite?: NamedTask | undefined;
}

/** The names of a test and of what it lies in, the outermost first. */
export function namesOf(task: NamedTask): string[] {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  return names;
}
