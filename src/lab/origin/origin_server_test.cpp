#include "lab/origin/origin_server.h"

#include <gtest/gtest.h>

#include "aws/store_bed_fixture.h"
#include "lab/control_thread.h"
#include "origin/s3/s3_store.h"

namespace aside::lab {
namespace {

using namespace std::chrono_literals;

struct OriginServerTest : testing::Test {
    OriginServerTest() {
        origin::S3Options options;
        options.bucket = {.name = "objects",
                          .region = "us-east-1",
                          .host = to_string(server->endpoint()),
                          .in_path = true};
        options.http.name = "s3";
        options.http.endpoint = server->endpoint();
        objects.emplace(std::move(options), 1U, *credentials, registry, nullptr);
    }
    ~OriginServerTest() override {
        control->on_worker([this] {
            objects->close(control->worker());
            credentials->close(control->worker());
        });
        control->on_worker([this] {
            objects.reset();
            credentials.reset();
        });
    }
    Result<LoadedObject> load() {
        return control->run([this](runtime::Worker& worker) {
            return objects->load(worker, Reference{"obj-3", ""}, {.deadline = worker.now() + 5s});
        });
    }

    Dataset data{{.items = 10, .references = 2, .objects = 10}};
    std::unique_ptr<OriginServer> server = OriginServer::start(data, {}).value();
    std::unique_ptr<ControlThread> control = ControlThread::start().value();
    telemetry::Registry registry{1};
    std::optional<aws::CredentialProvider> credentials{std::in_place,
                                                       std::make_unique<aws::FixedCredentials>(),
                                                       aws::RenewalOptions{}, registry, nullptr};
    std::optional<origin::S3Store> objects;
};

TEST_F(OriginServerTest, ServesGoesAwayAndComesBackOnItsPort) {
    EXPECT_EQ(load()->body, data.body(3, 0));
    EXPECT_EQ(server->connections_accepted(), 1U);

    ASSERT_TRUE(server->set_gone(true));
    ASSERT_TRUE(server->set_gone(true));  // again: nothing happens
    EXPECT_FALSE(load());
    EXPECT_EQ(load().error().code, Errc::refused);

    const runtime::Endpoint before = server->endpoint();
    ASSERT_TRUE(server->set_gone(false));
    ASSERT_TRUE(server->set_gone(false));
    EXPECT_EQ(server->endpoint().port, before.port);
    data.write(3);
    EXPECT_EQ(load()->body, data.body(3, 1));
    // An answer may be read before the server has written it down.
    std::size_t logged = 0;
    EXPECT_TRUE(control->await(1s, "both loads in the log", [&] {
        logged += server->take_log().size();
        return logged >= 2;
    }));
    EXPECT_EQ(logged, 2U);
    EXPECT_EQ(server->most_in_progress(LoadKind::object), 1U);
    EXPECT_EQ(server->in_progress(LoadKind::object), 0U);
    EXPECT_EQ(server->most_in_progress(LoadKind::item), 0U);
}

TEST_F(OriginServerTest, ChangesWhatItDoesWhileItIsUsed) {
    server->set({.error_rate = origin::kAlways, .error = Errc::throttled});
    EXPECT_EQ(load().error().code, Errc::throttled);
    server->set({});
    EXPECT_TRUE(load());
}

TEST_F(OriginServerTest, EndsWhileItHangs) {
    server->set({.hang_rate = origin::kAlways});
    const auto ended = control->run([this](runtime::Worker& worker) -> runtime::Task<Errc> {
        const auto loaded = co_await objects->load(worker, Reference{"obj-3", ""},
                                                   {.deadline = worker.now() + 50ms});
        co_return loaded ? Errc::internal : loaded.error().code;
    });
    EXPECT_EQ(ended, Errc::timed_out);
    EXPECT_EQ(server->in_progress(LoadKind::object), 1U);
    server.reset();
}

TEST_F(OriginServerTest, NamesItselfAsServeTakesIt) {
    const std::string place = "http://" + to_string(server->endpoint());
    EXPECT_EQ(server->index_url(), "dynamodb://items?region=us-east-1&endpoint=" + place);
    EXPECT_EQ(server->objects_url(),
              "s3://objects/?region=us-east-1&endpoint=" + place + "&style=path");
}

}  // namespace
}  // namespace aside::lab
