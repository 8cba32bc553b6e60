// graphql-yoga with its defaults (it keeps parsed and validated documents), reading the same rows as the other servers of the list query.
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { MongoClient, ObjectId } from 'mongodb'

const client = await MongoClient.connect(process.env.MONGODB_URL)
const rows = client.db(process.env.DATABASE).collection('interviews')
const owner = new ObjectId(process.env.OWNER)
const projection = {
  status: 1, channel: 1, language: 1, created_at: 1, started_at: 1, ended_at: 1, last_seq: 1, 'candidate.name': 1, 'position.title': 1,
}

const moment = (value) => value && value.toISOString()

const schema = createSchema({
  typeDefs: `
    type Interview {
      id: ID! status: String! channel: String! language: String! createdAt: String! startedAt: String endedAt: String
      lastSeq: Int! candidateName: String positionTitle: String!
    }
    type Query { interviews: [Interview!]! }
  `,
  resolvers: {
    Query: {
      interviews: async () => {
        const found = await rows.find({ organization_id: owner }, { projection }).sort({ created_at: -1, _id: -1 }).limit(20).toArray()
        return found.map((row) => ({
          id: row._id.toHexString(),
          status: row.status,
          channel: row.channel,
          language: row.language,
          createdAt: moment(row.created_at),
          startedAt: moment(row.started_at),
          endedAt: moment(row.ended_at),
          lastSeq: row.last_seq,
          candidateName: row.candidate?.name,
          positionTitle: row.position.title,
        }))
      },
    },
  },
})

createServer(createYoga({ schema, logging: false })).listen(Number(process.env.PORT), '127.0.0.1')
