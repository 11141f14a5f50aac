// Test support: the origin of trials in a simulated world, and Aside's own clients that ask it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "aws/store_bed_fixture.h"
#include "lab/origin/origin_host.h"
#include "origin/dynamodb/dynamodb_store.h"
#include "origin/s3/s3_store.h"

namespace aside::lab {

using namespace std::chrono_literals;
using origin::kAlways;

struct OriginBed : testing::Test {
    OriginBed() { EXPECT_TRUE(host.listen(at)); }
    ~OriginBed() override {
        objects.close(world.worker(0));
        index.close(world.worker(0));
        provider.close(world.worker(0));
        close_host();
        EXPECT_TRUE(world.run_until_idle(10min));
        EXPECT_EQ(world.running_tasks(), 0U);
        EXPECT_EQ(object_faults.in_progress() + item_faults.in_progress(), 0U);
    }
    void close_host() {
        host.close();
        object_faults.end_calls();
        item_faults.end_calls();
    }
    void set(const origin::FaultPlan& plan) {
        object_faults.set(plan);
        item_faults.set(plan);
    }

    Result<LoadedObject> load(std::string key, std::string validator = {}, Duration limit = 5s) {
        LoadRequest request{.deadline = world.now() + limit, .validator = std::move(validator)};
        return world.run(objects.load(world.worker(0), Reference{std::move(key), ""}, request));
    }
    Result<LoadedIndex> load_item(std::string id, Duration limit = 5s) {
        LoadRequest request{.deadline = world.now() + limit};
        return world.run(index.load(world.worker(0), std::move(id), request));
    }

    // What is said to these bytes on a connection of their own, until it ends.
    runtime::Task<std::string> converse(std::string bytes, bool then_end) {
        std::string said;
        auto stream = co_await world.worker(0).connect(at, world.now() + 1s);
        if (!stream) co_return "no connection";
        const auto sent = co_await runtime::write_all(**stream, bytes);
        if (!sent) co_return "not sent";
        if (then_end) (*stream)->shutdown_send();
        std::array<char, 1024> buffer;
        for (;;) {
            const auto got = co_await runtime::read_some(**stream, buffer);
            if (!got || *got == 0) co_return said;
            said.append(buffer.data(), *got);
        }
    }
    std::string say(std::string bytes, bool then_end = false) {
        return world.run(converse(std::move(bytes), then_end));
    }
    std::string ask_table(std::string operation, std::string body) {
        return say("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Amz-Target: " + operation +
                   "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    const runtime::Endpoint at{"10.0.0.2", 8080};
    runtime::SimWorld world{{.workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}};
    telemetry::Registry registry{2};
    Dataset data{{.items = 200, .references = 3, .objects = 50}};
    origin::FaultSwitch object_faults, item_faults;
    LoadLog log;
    BucketService bucket{data, object_faults};
    TableService table{data, item_faults};
    OriginHost host{world.worker(1), bucket, table, log};
    aws::CredentialProvider provider{
        std::make_unique<aws::FixedCredentials>(), {}, registry, nullptr};
    origin::S3Store objects{s3_options(), 2, provider, registry, nullptr};
    origin::DynamodbStore index{dynamodb_options(), 2, provider, registry, nullptr};

  private:
    origin::S3Options s3_options() const {
        origin::S3Options options;
        options.bucket = {.name = std::string(kBucketName),
                          .region = "us-east-1",
                          .host = "10.0.0.2:8080",
                          .in_path = true};
        options.http.name = "s3";
        options.http.endpoint = at;
        return options;
    }
    origin::DynamodbOptions dynamodb_options() const {
        origin::DynamodbOptions options;
        options.layout.table = std::string(kTableName);
        options.region = "us-east-1";
        options.host = "10.0.0.2:8080";
        options.http.name = "dynamodb";
        options.http.endpoint = at;
        return options;
    }
};

}  // namespace aside::lab
