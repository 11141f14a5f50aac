// A hit costs no memory: counted over the whole of a connection's work on a request, with this
// binary's operator new. Not under ThreadSanitizer, whose operator new cannot be replaced.
#if !__has_feature(thread_sanitizer)

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "front/http/connection.h"
#include "front/http/testbed_fixture.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    std::abort();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace aside::front {
namespace {

// A stream whose reads give what the test puts in, at once when asked to, and which takes every
// write.
class DirectStream final : public runtime::Stream {
  public:
    void start_read(std::span<char> into, runtime::IoDone& done) override {
        into_ = into;
        reader_ = &done;
    }
    Result<std::size_t> try_write(std::span<const std::string_view> pieces) override {
        std::size_t total = 0;
        for (const std::string_view piece : pieces) total += piece.size();
        written += total;
        return total;
    }
    void start_wait_writable(runtime::IoDone& done) override { done.io_done(0); }
    void shutdown_send() override {}
    void close() override {}
    const runtime::Endpoint& peer() const override { return peer_; }

    void arrive(std::string_view bytes) {
        std::copy(bytes.begin(), bytes.end(), into_.begin());
        std::exchange(reader_, nullptr)->io_done(bytes.size());
    }
    void end() { std::exchange(reader_, nullptr)->io_done(0); }

    std::size_t written = 0;

  private:
    std::span<char> into_;
    runtime::IoDone* reader_ = nullptr;
    runtime::Endpoint peer_;
};

struct HitPath : testing::Test {
    HitPath()
        : front(bed.world.worker(0), bed.service, bed.open, options, bed.metrics, everywhere) {
        for (int at = 0; at < 50; ++at) {
            const std::string key = "key-" + std::to_string(at);
            bed.service.put(key, "{\"value\":\"" + std::string(1000, 'x') + "\"}");
            bed.service.items["one"] = {key};
            bed.service.items["fifty"].push_back(key);
        }
        auto owned = std::make_unique<DirectStream>();
        stream = owned.get();
        bed.world.spawn(0, serve(std::move(owned)));
        bed.world.run_for(1ms);
    }
    ~HitPath() override {
        bed.world.spawn(0, tell_end());
        bed.world.run_for(1ms);
    }
    runtime::Task<> serve(std::unique_ptr<runtime::Stream> owned) {
        everywhere = 1;
        front.worker().spawn(
            Connection::run(std::make_unique<Connection>(front, std::move(owned))));
        co_return;
    }
    runtime::Task<> tell_end() {
        stream->end();
        co_return;
    }
    runtime::Task<> arrive(std::string_view request) {
        const std::size_t before = allocations;
        const std::size_t written = stream->written;
        stream->arrive(request);
        counted = allocations - before;
        answered = stream->written - written;
        co_return;
    }
    // Allocations of one request once its like has been seen.
    std::size_t cost(std::string_view request) {
        for (int round = 0; round < 3; ++round) {
            bed.world.spawn(0, arrive(request));
            bed.world.run_for(1ms);
        }
        return counted;
    }

    Testbed bed;
    ServerOptions options;
    std::atomic<unsigned> everywhere{0};
    WorkerFront front;
    DirectStream* stream = nullptr;
    std::size_t counted = 0, answered = 0;
};

TEST_F(HitPath, AllocatesNothingWhateverTheItemsSize) {
    EXPECT_EQ(cost("GET /items/one HTTP/1.1\r\nHost: h\r\nX-Request-Id: 123\r\n\r\n"), 0u);
    EXPECT_GT(answered, 1000u);
    EXPECT_EQ(cost("GET /items/fifty HTTP/1.1\r\nHost: h\r\n\r\n"), 0u);
    EXPECT_GT(answered, 50'000u);
}

TEST_F(HitPath, AllocatesNothingForManyAtOnce) {
    std::string many;
    for (int round = 0; round < 30; ++round) many += "GET /items/one HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT_EQ(cost(many), 0u);
    EXPECT_GT(answered, 30'000u);
}

TEST_F(HitPath, NotModifiedAllocatesNothing) {
    EXPECT_EQ(
        cost("GET /items/fifty HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"0000000000000def\"\r\n\r\n"),
        0u);
    EXPECT_LT(answered, 500u);
}

}  // namespace
}  // namespace aside::front

#endif
