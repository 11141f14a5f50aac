#include "wire/envelope.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>

#include <zstd.h>

#include "base/hash.h"

namespace aside::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "the layout is copied as it is");

constexpr unsigned char kMagic[2] = {0xA5, 'S'};
constexpr std::uint8_t kVersion = 1;
enum Flag : std::uint8_t { kAbsent = 1, kPacked = 2, kKnownFlags = 3 };

// Nobody else hashes keys with these, so that two keys whose names or buckets collide differ here.
constexpr std::uint64_t kFingerprintSeed = 0xa51de0f1'96e47b3dULL;
constexpr std::uint64_t kChecksumSeed = 0xc3ec5a51'de5eed01ULL;

// The fields behind the checksum.
struct Fields {
    std::uint64_t fingerprint = 0;
    std::int64_t origin_time_ns = 0;
    std::int64_t fresh_until_ns = 0;
    std::uint32_t validator_bytes = 0;
    std::uint64_t body_bytes = 0;
};

constexpr std::size_t kVersionAt = 2;
constexpr std::size_t kFlagsAt = 3;
constexpr std::size_t kChecksumAt = 4;
constexpr std::size_t kFieldsAt = 12;
constexpr std::size_t kHeadBytes = 48;

template <class Number>
char* put(char* at, Number number) {
    std::memcpy(at, &number, sizeof number);
    return at + sizeof number;
}

template <class Number>
const char* take(const char* at, Number& number) {
    std::memcpy(&number, at, sizeof number);
    return at + sizeof number;
}

// `at` is where the envelope begins.
void put_fields(char* at, const Fields& fields) {
    at = put(at + kFieldsAt, fields.fingerprint);
    at = put(at, fields.origin_time_ns);
    at = put(at, fields.fresh_until_ns);
    at = put(at, fields.validator_bytes);
    put(at, fields.body_bytes);
}

Fields take_fields(const char* at) {
    Fields fields;
    at = take(at + kFieldsAt, fields.fingerprint);
    at = take(at, fields.origin_time_ns);
    at = take(at, fields.fresh_until_ns);
    at = take(at, fields.validator_bytes);
    take(at, fields.body_bytes);
    return fields;
}

std::uint64_t checksum_of(std::string_view envelope) {
    std::uint32_t before = 0;
    take(envelope.data(), before);
    return hash_bytes(envelope.substr(kFieldsAt), kChecksumSeed + before);
}

struct FreeZstd {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// One of each a thread: making one costs more than packing a value. Null when memory ran out.
ZSTD_CCtx* packer() {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
    return context.get();
}

ZSTD_DCtx* unpacker() {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
    return context.get();
}

// Writes the body packed, if it becomes smaller by that, else nothing: 0.
std::size_t pack(char* at, std::string_view body, const EnvelopeOptions& options) {
    if (options.compress_from_bytes == 0 || body.size() < options.compress_from_bytes) return 0;
    if (body.empty() || packer() == nullptr) return 0;
    const std::size_t size = ZSTD_compressCCtx(packer(), at, body.size() - 1, body.data(),
                                               body.size(), options.compression_level);
    return ZSTD_isError(size) ? 0 : size;
}

// `frame` must be one whole zstd frame that says itself that it holds `body_bytes`: only then is
// memory taken for it.
Result<std::string_view> unpack(std::string_view frame, std::uint64_t body_bytes,
                                std::string& into) {
    if (body_bytes == 0 || ZSTD_getFrameContentSize(frame.data(), frame.size()) != body_bytes ||
        ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
        return fail(Errc::corrupt, "envelope: the packed body is not of its size");
    }
    if (unpacker() == nullptr) return fail(Errc::too_large, "envelope: no memory");
    std::size_t size = 0;
    into.resize_and_overwrite(body_bytes, [&](char* bytes, std::size_t room) {
        size = ZSTD_decompressDCtx(unpacker(), bytes, room, frame.data(), frame.size());
        return ZSTD_isError(size) ? 0 : size;
    });
    if (size != body_bytes) return fail(Errc::corrupt, "envelope: the body does not unpack");
    return into;
}

Result<void> check_head(std::string_view bytes, std::uint64_t fingerprint) {
    if (bytes.size() < kFieldsAt || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
        return fail(Errc::corrupt, "not an envelope");
    }
    const auto version = static_cast<std::uint8_t>(bytes[kVersionAt]);
    if (version > kVersion) return fail(Errc::unsupported, "envelope of a newer format");
    if (version < kVersion || bytes.size() < kHeadBytes) {
        return fail(Errc::corrupt, "envelope: cut off");
    }
    std::uint64_t checksum = 0;
    take(bytes.data() + kChecksumAt, checksum);
    if (checksum != checksum_of(bytes)) return fail(Errc::corrupt, "envelope: checksum");
    if (take_fields(bytes.data()).fingerprint != fingerprint) {
        return fail(Errc::corrupt, "envelope of another key");
    }
    return {};
}

}  // namespace

std::uint64_t envelope_fingerprint(ValueKind kind, std::string_view key) {
    return hash_bytes(key, hash_combine(kFingerprintSeed, static_cast<std::uint64_t>(kind)));
}

void append_envelope(std::string& out, const Envelope& envelope, std::uint64_t fingerprint,
                     const EnvelopeOptions& options) {
    const std::string_view validator = envelope.validator;
    const std::string_view body = envelope.absent ? std::string_view() : envelope.body;
    const Fields fields{
        .fingerprint = fingerprint,
        .origin_time_ns = envelope.origin_time.time_since_epoch().count(),
        .fresh_until_ns = envelope.fresh_until.time_since_epoch().count(),
        .validator_bytes = static_cast<std::uint32_t>(validator.size()),
        .body_bytes = body.size(),
    };
    const std::size_t before = out.size();
    const std::size_t most = before + kHeadBytes + validator.size() + body.size();
    out.resize_and_overwrite(most, [&](char* bytes, std::size_t) {
        char* const begin = bytes + before;
        std::memcpy(begin, kMagic, sizeof kMagic);
        begin[kVersionAt] = static_cast<char>(kVersion);
        put_fields(begin, fields);
        char* const body_begin = begin + kHeadBytes + validator.size();
        validator.copy(begin + kHeadBytes, validator.size());
        std::size_t stored = pack(body_begin, body, options);
        const bool packed = stored > 0;
        if (!packed) stored = body.copy(body_begin, body.size());
        begin[kFlagsAt] =
            static_cast<char>((envelope.absent ? kAbsent : 0) | (packed ? kPacked : 0));
        char* const end = body_begin + stored;
        put(begin + kChecksumAt, checksum_of({begin, end}));
        return static_cast<std::size_t>(end - bytes);
    });
}

Result<Envelope> EnvelopeReader::read(std::string_view bytes, std::uint64_t fingerprint,
                                      std::uint64_t body_max_bytes) {
    if (auto checked = check_head(bytes, fingerprint); !checked) return fail(checked.error());
    const Fields fields = take_fields(bytes.data());
    const auto flags = static_cast<std::uint8_t>(bytes[kFlagsAt]);
    const std::string_view rest = bytes.substr(kHeadBytes);
    const bool absent = (flags & kAbsent) != 0;
    if ((flags & ~kKnownFlags) != 0 || fields.validator_bytes > rest.size() ||
        (absent && ((flags & kPacked) != 0 || fields.body_bytes != 0))) {
        return fail(Errc::corrupt, "envelope: contradicts itself");
    }
    if (fields.body_bytes > body_max_bytes) return fail(Errc::too_large, "envelope: body");
    Envelope envelope{
        .absent = absent,
        .validator = rest.substr(0, fields.validator_bytes),
        .body = rest.substr(fields.validator_bytes),
        .origin_time = WallTime(Duration(fields.origin_time_ns)),
        .fresh_until = WallTime(Duration(fields.fresh_until_ns)),
    };
    if ((flags & kPacked) != 0) {
        auto body = unpack(envelope.body, fields.body_bytes, unpacked_);
        if (!body) return fail(std::move(body.error()));
        envelope.body = *body;
    } else if (envelope.body.size() != fields.body_bytes) {
        return fail(Errc::corrupt, "envelope: the body is not of its size");
    }
    return envelope;
}

}  // namespace aside::wire
