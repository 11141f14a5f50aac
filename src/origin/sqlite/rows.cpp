#include "origin/sqlite/rows.h"

#include <charconv>

#include "base/hash.h"
#include "wire/references_json.h"
#include "wire/references_writer.h"
#include "wire/utf8.h"

namespace aside::origin {
namespace {

// An item of a store can have so many references; what may be served is the engine's to say.
constexpr std::size_t kMostReferences = 1'000'000;

std::string validator_of(std::int64_t etag) {
    char text[16];
    const auto end = std::to_chars(text, text + sizeof text, static_cast<std::uint64_t>(etag), 16);
    return {text, end.ptr};
}

std::int64_t etag_of(std::string_view bytes) {
    return static_cast<std::int64_t>(hash_bytes(bytes));
}

// SQLite compares text with a NUL in it byte by byte but promises little else about it.
Result<void> check_name(std::string_view name, bool may_be_empty) {
    if (name.empty() && !may_be_empty) return fail(Errc::bad_input, "an empty key");
    if (name.find('\0') != std::string_view::npos) return fail(Errc::bad_input, "a NUL in a key");
    if (!wire::is_utf8(name)) return fail(Errc::bad_input, "a key that is not UTF-8");
    return {};
}

Result<void> check_reference(const Reference& reference) {
    const auto key = check_name(reference.key, false);
    if (!key) return key;
    return check_name(reference.version, true);
}

struct Found {
    LoadState state = LoadState::absent;
    std::string validator;
    std::string bytes;
};

// Finds a row and reads its bytes from the same snapshot of the database: `find` is not reset until
// they are read.
Result<Found> read_row(Connection& connection, Statement& find, Query read_query,
                       const LoadRequest& request) {
    const StatementUse use_find(find);
    const auto row = find.step();
    if (!row) return fail(row.error());
    if (!*row) return Found{};
    Found found{LoadState::found, validator_of(find.integer(1)), {}};
    if (found.validator == request.validator) {
        found.state = LoadState::not_modified;
        return found;
    }
    const auto size = static_cast<std::uint64_t>(find.integer(2));
    if (request.max_bytes > 0 && size > request.max_bytes) {
        return fail(Error{Errc::too_large, std::to_string(size) + " bytes", size});
    }
    if (request.admit && !request.admit(size)) return fail(Error{Errc::bytes_in_flight, {}, size});

    const auto read = connection.statement(read_query);
    if (!read) return fail(read.error());
    const StatementUse use_read(**read);
    const auto body = (*read)->bind_integer(1, find.integer(0)).step();
    if (!body) return fail(body.error());
    if (!*body) return fail(Errc::corrupt, "a row is in the index and not in the table");
    found.bytes = (*read)->bytes(0);
    if (found.bytes.size() != size)
        return fail(Errc::corrupt, "a row's size changed while it was read");
    return found;
}

// True when the statement has changed a row.
Result<bool> run_write(Connection& connection, Statement& statement) {
    const auto row = statement.step();
    if (!row) return fail(row.error());
    return connection.changed_rows() > 0;
}

}  // namespace

Result<LoadedObject> read_object(Connection& connection, const Reference& reference,
                                 const LoadRequest& request) {
    const auto good = check_reference(reference);
    if (!good) return fail(good.error());
    const auto find = connection.statement(Query::find_object);
    if (!find) return fail(find.error());
    (*find)->bind_text(1, reference.key).bind_text(2, reference.version);
    auto found = read_row(connection, **find, Query::read_body, request);
    if (!found) return fail(std::move(found.error()));
    return LoadedObject{found->state, std::move(found->bytes), std::move(found->validator)};
}

Result<LoadedIndex> read_item(Connection& connection, std::string_view id,
                              const LoadRequest& request) {
    const auto good = check_name(id, false);
    if (!good) return fail(good.error());
    const auto find = connection.statement(Query::find_item);
    if (!find) return fail(find.error());
    (*find)->bind_text(1, id);
    auto found = read_row(connection, **find, Query::read_refs, request);
    if (!found) return fail(std::move(found.error()));
    LoadedIndex loaded{found->state, {}, std::move(found->validator)};
    if (loaded.state != LoadState::found) return loaded;
    auto references = wire::decode_references(found->bytes, kMostReferences);
    if (!references) {
        return fail(Errc::corrupt, "the references of an item: " + references.error().detail);
    }
    loaded.references.reserve(references->size());
    for (auto& [key, version] : *references) {
        loaded.references.push_back({std::move(key), std::move(version)});
    }
    return loaded;
}

Result<bool> write_object(Connection& connection, const Reference& reference, std::string_view body,
                          std::int64_t import) {
    const auto good = check_reference(reference);
    if (!good) return fail(good.error());
    const auto put = connection.statement(Query::put_object);
    if (!put) return fail(put.error());
    const StatementUse use(**put);
    (*put)->bind_text(1, reference.key).bind_text(2, reference.version);
    (*put)->bind_integer(3, etag_of(body)).bind_integer(4, import).bind_blob(5, body);
    return run_write(connection, **put);
}

Result<bool> write_item(Connection& connection, std::string_view id,
                        std::span<const Reference> references, std::int64_t import) {
    const auto good = check_name(id, false);
    if (!good) return fail(good.error());
    wire::ReferencesWriter writer;
    for (const Reference& reference : references) {
        const auto named = check_reference(reference);
        if (!named) return fail(named.error());
        writer.add(reference.key, reference.version);
    }
    const std::string text = writer.finish();
    const auto put = connection.statement(Query::put_item);
    if (!put) return fail(put.error());
    const StatementUse use(**put);
    (*put)
        ->bind_text(1, id)
        .bind_integer(2, etag_of(text))
        .bind_integer(3, import)
        .bind_text(4, text);
    return run_write(connection, **put);
}

Result<void> remove_object(Connection& connection, const Reference& reference) {
    const auto good = check_reference(reference);
    if (!good) return good;
    const auto statement = connection.statement(Query::remove_object);
    if (!statement) return fail(statement.error());
    const StatementUse use(**statement);
    const auto done =
        (*statement)->bind_text(1, reference.key).bind_text(2, reference.version).step();
    if (!done) return fail(done.error());
    return {};
}

Result<void> remove_item(Connection& connection, std::string_view id) {
    const auto good = check_name(id, false);
    if (!good) return good;
    const auto statement = connection.statement(Query::remove_item);
    if (!statement) return fail(statement.error());
    const StatementUse use(**statement);
    const auto done = (*statement)->bind_text(1, id).step();
    if (!done) return fail(done.error());
    return {};
}

}  // namespace aside::origin
