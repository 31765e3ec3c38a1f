CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"key_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_by_hash" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "exporters" (
	"project_id" text PRIMARY KEY NOT NULL,
	"base_url" text NOT NULL,
	"project_token" text NOT NULL,
	"key_id" text NOT NULL,
	"key_secret" text NOT NULL,
	"enabled" boolean NOT NULL,
	"requests_per_second" double precision NOT NULL,
	"status_names" jsonb NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "integrations" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"service_plan_id" text NOT NULL,
	"region" text NOT NULL,
	"base_url" text NOT NULL,
	"api_token" text NOT NULL,
	"messages_per_second" double precision NOT NULL,
	"callback_auth" text NOT NULL,
	"callback_url" text,
	"mms_countries" jsonb NOT NULL,
	"has_default_originator" boolean NOT NULL,
	"state" text NOT NULL,
	"is_enabled" boolean GENERATED ALWAYS AS (state = 'enabled') STORED NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "integrations_by_project_and_enabled" UNIQUE("project_id","id","is_enabled")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"project_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"default_integration_id" text,
	"default_is_enabled" boolean DEFAULT true NOT NULL,
	"default_sender" text,
	"event_name" text DEFAULT 'campaign' NOT NULL,
	"countries_without_reports" jsonb,
	"report_window_ms" double precision,
	"settle_ms" double precision,
	"wait_where_no_reports_expected" boolean DEFAULT true NOT NULL,
	"status_attribute" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "projects_default_is_enabled_is_true" CHECK ("projects"."default_is_enabled")
);
--> statement-breakpoint
CREATE TABLE "senders" (
	"project_id" text NOT NULL,
	"sender" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "senders_project_id_sender_pk" PRIMARY KEY("project_id","sender")
);
--> statement-breakpoint
ALTER TABLE "campaign_events" ADD COLUMN "export_state" text;--> statement-breakpoint
ALTER TABLE "campaign_events" ADD COLUMN "export_reason" text;--> statement-breakpoint
ALTER TABLE "campaign_events" ADD COLUMN "exported_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_default_integration_is_enabled" FOREIGN KEY ("project_id","default_integration_id","default_is_enabled") REFERENCES "public"."integrations"("project_id","id","is_enabled") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_by_project" ON "api_keys" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "audit_entries_by_project" ON "audit_entries" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "integrations_by_plan" ON "integrations" USING btree ("service_plan_id");--> statement-breakpoint
CREATE INDEX "campaign_events_to_export" ON "campaign_events" USING btree ("project_id","recorded_at","message_id","phase") WHERE "campaign_events"."export_state" is null;--> statement-breakpoint
CREATE INDEX "campaign_events_export_refused" ON "campaign_events" USING btree ("project_id","exported_at","message_id","phase") WHERE "campaign_events"."export_state" = 'refused';