/** Values that cannot work, and what the refusal has to say; laid over the minimal ones. */
import type { Values } from './chart-cases.ts';

export interface Refusal {
  readonly name: string;
  readonly values: Values;
  /** In the message: what is wrong and the remedy. */
  readonly says: RegExp;
}

const consumer = (autoscaling: object): Values => ({
  adherence: { autoscaling: { enabled: true, ...autoscaling } },
});

export const refusals: readonly Refusal[] = [
  { name: 'no registry of images', values: { image: { registry: '' } }, says: /image\.registry.*--set/ },
  { name: 'a tag that moves', values: { image: { tag: 'latest' } }, says: /image\.tag.*name a version/ },
  { name: 'no brokers', values: { kafka: { brokers: [] } }, says: /kafka\.brokers is empty.*host:port/ },
  {
    name: 'a broker with a scheme',
    values: { kafka: { brokers: ['kafka://b1:9092'] } },
    says: /"kafka:\/\/b1:9092": write host:port/,
  },
  {
    name: 'no schema registry',
    values: { schemaRegistry: { url: '' } },
    says: /schemaRegistry\.url is empty/,
  },
  {
    name: 'a password in an address',
    values: { clickhouse: { url: 'https://me:secret@clickhouse:8443' } },
    says: /clickhouse\.url.*credentials belong in clickhouse\.existingSecret/,
  },
  {
    name: 'SASL without a Secret',
    values: { kafka: { sasl: { mechanism: 'scram-sha-512' } } },
    says: /kafka\.sasl\.existingSecret: make a Secret/,
  },
  {
    name: 'a SASL Secret without mechanism',
    values: { kafka: { sasl: { existingSecret: 'kafka' } } },
    says: /without kafka\.sasl\.mechanism: say plain/,
  },
  {
    name: 'a password in the clear',
    values: { kafka: { sasl: { mechanism: 'plain', existingSecret: 'kafka' } } },
    says: /in the clear: set kafka\.tls\.enabled=true/,
  },
  {
    name: 'a certificate without TLS',
    values: { kafka: { tls: { caSecret: 'kafka-ca' } } },
    says: /set kafka\.tls\.enabled=true/,
  },
  {
    name: 'no secrets of the console',
    values: { secrets: { existingSecret: '' } },
    says: /secrets\.existingSecret is empty: kubectl create secret/,
  },
  {
    name: 'no address for Odigo',
    values: { ingress: { publicUrl: '' } },
    says: /ingress\.publicUrl is empty: say where/,
  },
  {
    name: 'tokens in the clear',
    values: { ingress: { publicUrl: 'http://hooks.example.com' } },
    says: /has to be https/,
  },
  {
    name: 'a console published without TLS',
    values: { console: { publish: { enabled: true, host: 'console.example.com' } } },
    says: /console\.publish needs host and tlsSecret/,
  },
  {
    name: 'cookies without https',
    values: {
      console: { secureCookies: false, publish: { enabled: true, host: 'c.example.com', tlsSecret: 'c' } },
    },
    says: /console\.secureCookies.*set it to true/,
  },
  {
    name: 'one replica',
    values: { enrichment: { replicas: 1 } },
    says: /enrichment\.replicas is 1.*at least 2/,
  },
  {
    name: 'replicas above partitions',
    values: { adherence: { replicas: 25 } },
    says: /adherence\.replicas is 25.*24 partitions.*at most 24/,
  },
  {
    name: 'a maximum above partitions',
    values: consumer({ maxReplicas: 48 }),
    says: /maxReplicas is 48.*at most 24/,
  },
  { name: 'scaling to one', values: consumer({ minReplicas: 1 }), says: /minReplicas is 1.*at least 2/ },
  {
    name: 'a minimum above the maximum',
    values: consumer({ minReplicas: 20, maxReplicas: 10 }),
    says: /maxReplicas \(10\) is below minReplicas \(20\): raise it/,
  },
  {
    name: 'event age without Prometheus',
    values: consumer({ eventAge: { enabled: true } }),
    says: /eventAge needs prometheus\.url/,
  },
  {
    name: 'too short a grace period',
    values: { ingress: { terminationGracePeriodSeconds: 30 } },
    says: /terminationGracePeriodSeconds is 30.*need 35; raise it/,
  },
  {
    name: 'scaling by CPU without a request',
    values: { console: { resources: { requests: { cpu: null } } } },
    says: /console\.resources\.requests\.cpu: set it/,
  },
  {
    name: 'no memory limit',
    values: { adherence: { resources: { limits: { memory: null } } } },
    says: /adherence\.resources\.limits\.memory is not set/,
  },
  {
    name: 'no spool',
    values: { ingress: { spool: { enabled: false } } },
    says: /ingress\.spool is off.*acceptRefusalsWhileKafkaIsDown/,
  },
  {
    name: 'a spool of no size',
    values: { ingress: { spool: { size: '64Mi' } } },
    says: /ingress\.spool\.size.*at least 128Mi/,
  },
  {
    name: 'alerts on nothing',
    values: { monitoring: { prometheusRule: { enabled: true } } },
    says: /serviceMonitor.*enable both/,
  },
  // By values.schema.json.
  { name: 'an unknown value', values: { kafka: { broker: 'b1:9092' } }, says: /broker.*not allowed/ },
  {
    name: 'an unknown setting',
    values: { ingress: { config: { MAX_BODY_BYTE: 1024 } } },
    says: /MAX_BODY_BYTE.*not allowed/,
  },
  {
    name: 'a wrong retention',
    values: { adherence: { config: { RETENTION_DAYS: 7 } } },
    says: /RETENTION_DAYS.*(31|minimum)/s,
  },
  {
    name: 'a password as a value',
    values: { clickhouse: { password: 'secret' } },
    says: /password.*not allowed/,
  },
];
