// graphql-ws on ws as their documentation shows it; PORT, REDIS_URL and TURNS (turns.py) come from the environment.
import { readFileSync } from "node:fs";
import { buildSchema, GraphQLError } from "graphql";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { useServer } from "graphql-ws/use/ws";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";

const { PORT, REDIS_URL, TURNS } = process.env;
const interviews = JSON.parse(readFileSync(TURNS, "utf8"));

const schema = buildSchema(`
  scalar DateTime
  enum Speaker { INTERVIEWER CANDIDATE }
  enum Channel { VOICE TEXT }
  type Turn {
    id: ID!
    seq: Int!
    speaker: Speaker!
    text: String!
    channel: Channel!
    questionKey: String
    startedAt: DateTime!
    endedAt: DateTime!
  }
  type Query { version: String! }
  type Subscription { turnAdded(interviewId: ID!, after: Int! = 0): Turn! }
`);

// a message is read once a process, whoever follows
const pubsub = new RedisPubSub({
  publisher: new Redis(REDIS_URL),
  subscriber: new Redis(REDIS_URL),
  deserializer: (message) => shown(JSON.parse(message).Turn),
});

function shown(turn) {
  return {
    id: `trn_${turn.id}`,
    seq: turn.seq,
    speaker: turn.speaker,
    text: turn.text,
    channel: turn.channel,
    questionKey: turn.question_key,
    startedAt: turn.started_at,
    endedAt: turn.ended_at,
  };
}

async function* turnAdded({ interviewId }) {
  const interview = interviews[interviewId];
  if (!interview) throw new GraphQLError("There is no such interview.");
  const turns = pubsub.asyncIterableIterator(interview.channel);
  try {
    let next = turns.next(); // it subscribes now, before the first event goes out
    yield { turnAdded: shown(JSON.parse(interview.message).Turn) };
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = turns.next();
      yield { turnAdded: value };
    }
  } finally {
    await turns.return();
  }
}

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(PORT), path: "/graphql", backlog: 2048 });
useServer({ schema, roots: { subscription: { turnAdded } } }, server);
