#include "traces/decompress.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include <zlib.h>
#include <zstd.h>

namespace aside::traces {
namespace {

using runtime::ByteSource;

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kMaxWindowLog = 27;  // 128 MiB, what the zstd tool accepts without being asked
constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
constexpr std::string_view kZstdMagic("\x28\xb5\x2f\xfd", 4);

// A source with a buffer in front, so that its first bytes can be looked at and read again.
class Buffered {
  public:
    explicit Buffered(std::unique_ptr<ByteSource> source)
        : source_(std::move(source)), buffer_(kBufferBytes) {}

    // Reads until there are `count` bytes or the source ends.
    Result<void> want(std::size_t count) {
        while (end_ < count && !ended_) {
            auto got = source_->read(std::span(buffer_).subspan(end_));
            if (!got) return fail(got.error());
            ended_ = *got == 0;
            end_ += *got;
        }
        return {};
    }
    // What is there; empty only at the end of the source.
    Result<std::string_view> ready() {
        if (begin_ == end_) {
            begin_ = end_ = 0;
            if (auto filled = want(1); !filled) return fail(filled.error());
        }
        return std::string_view(buffer_.data() + begin_, end_ - begin_);
    }
    void consume(std::size_t count) { begin_ += count; }
    std::uint64_t size_bytes() const { return source_->size_bytes(); }

  private:
    std::unique_ptr<ByteSource> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
};

class Plain final : public ByteSource {
  public:
    explicit Plain(Buffered from) : from_(std::move(from)) {}
    Result<std::size_t> read(std::span<char> into) override {
        auto ready = from_.ready();
        if (!ready) return fail(ready.error());
        const std::size_t count = std::min(into.size(), ready->size());
        std::copy_n(ready->data(), count, into.data());
        from_.consume(count);
        return count;
    }
    std::uint64_t size_bytes() const override { return from_.size_bytes(); }

  private:
    Buffered from_;
};

class Gzip final : public ByteSource {
  public:
    explicit Gzip(Buffered from) : from_(std::move(from)) {
        usable_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
    }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;
    ~Gzip() override { inflateEnd(&stream_); }

    Result<std::size_t> read(std::span<char> into) override {
        if (!usable_) return fail(Errc::full, "no memory to decompress with");
        stream_.next_out = reinterpret_cast<Bytef*>(into.data());
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), kBufferBytes));
        const uInt room = stream_.avail_out;
        while (stream_.avail_out == room) {
            auto input = from_.ready();
            if (!input) return fail(input.error());
            if (input->empty()) {
                if (inside_member_) return fail(Errc::corrupt, "gzip data ends in the middle");
                return 0;
            }
            if (auto step = inflate_some(*input); !step) return fail(step.error());
        }
        return room - stream_.avail_out;
    }
    std::uint64_t size_bytes() const override { return 0; }

  private:
    static constexpr int kGzipOnly = 16 + MAX_WBITS;

    Result<void> inflate_some(std::string_view input) {
        inside_member_ = true;
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        const int outcome = inflate(&stream_, Z_NO_FLUSH);
        from_.consume(input.size() - stream_.avail_in);
        if (outcome == Z_STREAM_END) {
            inside_member_ = false;
            inflateReset(&stream_);
        } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
            return fail(Errc::corrupt, "gzip data is damaged");
        }
        return {};
    }

    Buffered from_;
    z_stream stream_{};
    bool usable_ = false;
    bool inside_member_ = false;
};

class Zstd final : public ByteSource {
  public:
    explicit Zstd(Buffered from) : from_(std::move(from)), stream_(ZSTD_createDStream()) {
        if (stream_) ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
    }

    Result<std::size_t> read(std::span<char> into) override {
        if (!stream_) return fail(Errc::full, "no memory to decompress with");
        ZSTD_outBuffer out{into.data(), into.size(), 0};
        while (out.pos == 0) {
            auto input = from_.ready();
            if (!input) return fail(input.error());
            if (input->empty() && !inside_frame_) return 0;
            ZSTD_inBuffer in{input->data(), input->size(), 0};
            const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
            if (ZSTD_isError(left) != 0) {
                return fail(Errc::corrupt,
                            std::string("zstd data is damaged: ") + ZSTD_getErrorName(left));
            }
            if (input->empty() && out.pos == 0) {
                return fail(Errc::corrupt, "zstd data ends in the middle");
            }
            inside_frame_ = left != 0;
            from_.consume(in.pos);
        }
        return out.pos;
    }
    std::uint64_t size_bytes() const override { return 0; }

  private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
    };
    Buffered from_;
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    bool inside_frame_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> source) {
    Buffered from(std::move(source));
    if (auto filled = from.want(kZstdMagic.size()); !filled) return fail(filled.error());
    auto start = from.ready();
    if (!start) return fail(start.error());
    if (start->starts_with(kGzipMagic)) return std::make_unique<Gzip>(std::move(from));
    if (start->starts_with(kZstdMagic)) return std::make_unique<Zstd>(std::move(from));
    return std::make_unique<Plain>(std::move(from));
}

}  // namespace aside::traces
