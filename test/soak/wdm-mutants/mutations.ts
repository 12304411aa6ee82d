import { parseAst } from "rolldown/parseAst";

/** One small change of a TypeScript text. */
export interface Mutation {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

const swapped: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>>"],
  ">>>": ["<<"],
  "++": ["--"],
  "--": ["++"],
  "+=": ["-="],
  "-=": ["+="],
};
const CONDITIONAL = ["IfStatement", "ConditionalExpression", "WhileStatement", "ForStatement"];
const DELETED = ["ExpressionStatement", "ContinueStatement", "BreakStatement"];
/** Types have no effect; what is in these has. */
const VALUES = ["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"];

/** Every change that is known for a text, in its order: operators, numbers, conditions, statements and branches. */
export function mutationsOf(text: string): readonly Mutation[] {
  const found: Mutation[] = [];
  walk(parseAst(text, { lang: "ts", astType: "ts" }) as unknown as Node, (node) => {
    found.push(...ofNode(node, text));
  });
  return found;
}

export function applied(text: string, { start, end, to }: Mutation): string {
  return text.slice(0, start) + to + text.slice(end);
}

function ofNode(node: Node, text: string): Mutation[] {
  const of = ({ start, end }: Node): string => text.slice(start, end);
  const at = (kind: string, { start, end }: Node, to: string): Mutation => ({ kind, start, end, to });
  const { type } = node;
  if (type === "Literal") return ofLiteral(node);
  if (type === "UnaryExpression" && node["operator"] === "!")
    return [at("negation", node, of(node["argument"] as Node))];
  const changes = [...ofOperator(node, text)];
  if (DELETED.includes(type)) changes.push(at("statement", node, ";"));
  if (CONDITIONAL.includes(type) && node["test"] !== null) {
    const test = node["test"] as Node;
    const forced = ["true", "false"].filter(
      (to) => type === "IfStatement" || type[0] === "C" || to === "false",
    );
    changes.push(...forced.map((to) => at("condition", test, to)), at("condition", test, `!(${of(test)})`));
  }
  if (type === "ConditionalExpression") {
    const [yes, no] = [node["consequent"] as Node, node["alternate"] as Node];
    changes.push({
      ...{ kind: "branch", start: yes.start, end: no.end },
      to: `(${of(no)})${text.slice(yes.end, no.start)}(${of(yes)})`,
    });
  }
  return changes;
}

function ofOperator(node: Node, text: string): Mutation[] {
  const operator = node["operator"];
  if (typeof operator !== "string" || node.type === "UnaryExpression") return [];
  const left = (node["left"] ?? node["argument"]) as Node;
  const from = node["prefix"] === true ? node.start : left.end;
  const start = text.indexOf(operator, from);
  return (swapped[operator] ?? []).map((to) => ({
    ...{ kind: "operator", start, end: start + operator.length, to },
  }));
}

function ofLiteral({ value, raw, start, end }: Node): Mutation[] {
  if (typeof value === "boolean") return [{ kind: "constant", start, end, to: String(!value) }];
  if (typeof value !== "number" || typeof raw !== "string") return [];
  return [{ kind: "constant", start, end, to: String(value + 1) }];
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const each of value) walk(each, visit);
  else if (isNode(value) && (!value.type.startsWith("TS") || VALUES.includes(value.type))) {
    visit(value);
    for (const member of Object.values(value)) walk(member, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
