import { type Behaviour, type BehaviourDefinition, MAGIC_RECIPIENTS } from './behaviours.ts';
import { seededFraction } from './seeded.ts';

/** What a message is known by when its behaviour is chosen. */
export interface ChoiceSubject {
  servicePlanId: string;
  clientReference?: string | undefined;
  /** Digits only. */
  recipient: string;
}

/** Decides what becomes of messages, and remembers which of them have had their one-time fault. */
export interface BehaviourChooser {
  /** The same for every POST of the same client reference to the same recipient. */
  choose(subject: ChoiceSubject): BehaviourDefinition;
  /** Whether a behaviour's special answer is due now; a one-time one is used up by asking. */
  takeAnswer(subject: ChoiceSubject, definition: BehaviourDefinition): BehaviourDefinition['answer'];
}

/**
 * Makes a chooser: a magic recipient decides by its last four digits, every other one is drawn from `mix`.
 *
 * @param mix Weights of 0 or more, at least one of them above 0.
 * @param seed Decides the draw together with plan, client reference and recipient.
 */
export function createBehaviourChooser(mix: ReadonlyMap<Behaviour, number>, seed: number): BehaviourChooser {
  const bySuffix = new Map<string, BehaviourDefinition>(MAGIC_RECIPIENTS.map((entry) => [entry.suffix, entry]));
  const byName = new Map<string, BehaviourDefinition>(MAGIC_RECIPIENTS.map((entry) => [entry.behaviour, entry]));
  const weights = [...mix].filter(([, weight]) => weight > 0);
  const totalWeight = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const taken = new Set<string>();

  const draw = (fraction: number): BehaviourDefinition => {
    let left = fraction * totalWeight;
    let last: Behaviour = 'delivered';
    for (const [behaviour, weight] of weights) {
      last = behaviour;
      left -= weight;
      if (left < 0) break;
    }
    const definition = byName.get(last);
    if (definition === undefined) throw new TypeError(`mix: there is no behaviour "${last}"`);
    return definition;
  };

  return {
    choose({ servicePlanId, clientReference = '', recipient }) {
      return (
        bySuffix.get(recipient.slice(-4)) ??
        draw(seededFraction(seed, 'behaviour', servicePlanId, clientReference, recipient))
      );
    },
    takeAnswer({ servicePlanId, clientReference = '', recipient }, definition) {
      const { answer, behaviour } = definition;
      if (answer === undefined || answer.times === 'always') return answer;
      const key = JSON.stringify([servicePlanId, clientReference, recipient, behaviour]);
      if (taken.has(key)) return undefined;
      taken.add(key);
      return answer;
    },
  };
}
