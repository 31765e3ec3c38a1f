CREATE TABLE "campaign_events" (
	"project_id" text NOT NULL,
	"message_id" text NOT NULL,
	"phase" text NOT NULL,
	"event_id" text NOT NULL,
	"status" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"integration_id" text NOT NULL,
	"kind" text NOT NULL,
	"recipient" text NOT NULL,
	"sender" text,
	"country" text,
	"reports_expected" boolean NOT NULL,
	"campaign_id" text,
	"campaign" jsonb NOT NULL,
	"batch_id" text,
	"status_code" integer,
	"error" text,
	"comment" text,
	"part_count" integer,
	"part_count_estimated" boolean,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "campaign_events_project_id_message_id_phase_pk" PRIMARY KEY("project_id","message_id","phase")
);
--> statement-breakpoint
CREATE TABLE "contradicted_events" (
	"project_id" text NOT NULL,
	"message_id" text NOT NULL,
	"phase" text NOT NULL,
	"status" text NOT NULL,
	"event" jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contradicted_events_project_id_message_id_phase_status_pk" PRIMARY KEY("project_id","message_id","phase","status")
);
--> statement-breakpoint
CREATE TABLE "late_reports" (
	"project_id" text NOT NULL,
	"message_id" text NOT NULL,
	"report_hash" text NOT NULL,
	"reason" text NOT NULL,
	"integration_id" text NOT NULL,
	"status" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"batch_id" text,
	"status_code" integer,
	"part_count" integer,
	"operator_status_at" timestamp (3) with time zone,
	"raw_body" text,
	"received_at" timestamp (3) with time zone NOT NULL,
	"last_received_at" timestamp (3) with time zone NOT NULL,
	"times_received" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "late_reports_project_id_message_id_report_hash_pk" PRIMARY KEY("project_id","message_id","report_hash")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"project_id" text NOT NULL,
	"message_id" text NOT NULL,
	"content_hash" text NOT NULL,
	"disposition" text NOT NULL,
	"skip_reason" text,
	"input" jsonb,
	"answer" json NOT NULL,
	"campaign_id" text,
	"integration_id" text,
	"recipient" text,
	"country" text,
	"reports_expected" boolean NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"skipped_at" timestamp (3) with time zone,
	CONSTRAINT "messages_project_id_message_id_pk" PRIMARY KEY("project_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "unmatched_reports" (
	"integration_id" text NOT NULL,
	"body_hash" text NOT NULL,
	"reason" text NOT NULL,
	"client_reference" text,
	"raw_body" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"last_received_at" timestamp (3) with time zone NOT NULL,
	"times_received" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "unmatched_reports_integration_id_body_hash_pk" PRIMARY KEY("integration_id","body_hash")
);
--> statement-breakpoint
CREATE TABLE "unreadable_callbacks" (
	"integration_id" text NOT NULL,
	"body_hash" text NOT NULL,
	"why" text NOT NULL,
	"raw_body" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"last_received_at" timestamp (3) with time zone NOT NULL,
	"times_received" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "unreadable_callbacks_integration_id_body_hash_pk" PRIMARY KEY("integration_id","body_hash")
);
--> statement-breakpoint
CREATE INDEX "campaign_events_by_campaign" ON "campaign_events" USING btree ("project_id","campaign_id","phase","status","message_id");--> statement-breakpoint
CREATE INDEX "messages_by_time" ON "messages" USING btree ("project_id","requested_at","message_id");--> statement-breakpoint
CREATE INDEX "messages_by_campaign" ON "messages" USING btree ("project_id","campaign_id","requested_at","message_id");--> statement-breakpoint
CREATE INDEX "messages_unstarted" ON "messages" USING btree ("requested_at") WHERE "messages"."started_at" is null and "messages"."disposition" = 'send';--> statement-breakpoint
CREATE INDEX "unmatched_reports_by_time" ON "unmatched_reports" USING btree ("integration_id","received_at");--> statement-breakpoint
CREATE INDEX "unreadable_callbacks_by_time" ON "unreadable_callbacks" USING btree ("integration_id","received_at");