// graphql-ws and graphql-yoga with their defaults, as their documentation shows them. The environment sets PORT, REDIS_URL,
// TURNS (see turns.py), MONGODB_URL, DATABASE and OWNER.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { GraphQLError } from "graphql";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { useServer } from "graphql-ws/use/ws";
import { createSchema, createYoga } from "graphql-yoga";
import { Redis } from "ioredis";
import { MongoClient, ObjectId } from "mongodb";
import { WebSocketServer } from "ws";

const { PORT, REDIS_URL, TURNS, MONGODB_URL, DATABASE, OWNER } = process.env;
const interviews = JSON.parse(readFileSync(TURNS, "utf8"));
const client = await MongoClient.connect(MONGODB_URL);
const rows = client.db(DATABASE).collection("interviews");
const owner = new ObjectId(OWNER);
const projection = {
  status: 1, channel: 1, language: 1, created_at: 1, started_at: 1, ended_at: 1, last_seq: 1, "candidate.name": 1, "position.title": 1,
};

// each message is parsed once per process, however many subscribers follow
const pubsub = new RedisPubSub({
  publisher: new Redis(REDIS_URL),
  subscriber: new Redis(REDIS_URL),
  deserializer: (message) => toTurn(JSON.parse(message).Turn),
});

function toTurn(row) {
  return {
    id: `trn_${row.id}`,
    seq: row.seq,
    speaker: row.speaker,
    text: row.text,
    channel: row.channel,
    questionKey: row.question_key,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

async function* turnAdded(_, { interviewId }) {
  const interview = interviews[interviewId];
  if (!interview) throw new GraphQLError("There is no such interview.");
  const turns = pubsub.asyncIterableIterator(interview.channel);
  try {
    let next = turns.next(); // subscribes before the first event is sent
    yield { turnAdded: toTurn(JSON.parse(interview.message).Turn) };
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

const timestamp = (value) => value && value.toISOString();

async function listInterviews() {
  const found = await rows.find({ organization_id: owner }, { projection }).sort({ created_at: -1, _id: -1 }).limit(20).toArray();
  return found.map((row) => ({
    id: row._id.toHexString(),
    status: row.status,
    channel: row.channel,
    language: row.language,
    createdAt: timestamp(row.created_at),
    startedAt: timestamp(row.started_at),
    endedAt: timestamp(row.ended_at),
    lastSeq: row.last_seq,
    candidateName: row.candidate?.name,
    positionTitle: row.position.title,
  }));
}

const schema = createSchema({
  typeDefs: `
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
    type Interview {
      id: ID!
      status: String!
      channel: String!
      language: String!
      createdAt: String!
      startedAt: String
      endedAt: String
      lastSeq: Int!
      candidateName: String
      positionTitle: String!
    }
    type Query { interviews: [Interview!]! }
    type Subscription { turnAdded(interviewId: ID!, after: Int! = 0): Turn! }
  `,
  resolvers: {
    Query: { interviews: listInterviews },
    Subscription: { turnAdded: { subscribe: turnAdded } },
  },
});

const server = createServer(createYoga({ schema, logging: false }));
useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
server.listen({ host: "127.0.0.1", port: Number(PORT), backlog: 2048 });
