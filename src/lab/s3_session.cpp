#include "lab/s3_session.h"

#include <charconv>
#include <map>
#include <ranges>

#include "runtime/when_all.h"
#include "wire/uri_encode.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr Duration kLimit = std::chrono::seconds(10);  // where a command gives none

std::string text_of(std::string_view word, std::initializer_list<std::string_view> parts) {
    std::string text(word);
    for (const std::string_view part : parts) {
        text += '\t';
        wire::append_uri_encoded(text, part);
    }
    return text;
}

std::string error_text(const Error& error) {
    return text_of("error", {name_of(error.code), std::to_string(error.amount), error.detail});
}

std::string done_text(const Result<void>& done) {
    return done ? "done" : error_text(done.error());
}

std::string loaded_text(const Result<LoadedObject>& loaded) {
    if (!loaded) return error_text(loaded.error());
    if (loaded->state == LoadState::absent) return "absent";
    if (loaded->state == LoadState::not_modified) return "not_modified";
    return text_of("found", {loaded->validator, loaded->body});
}

std::uint64_t number_of(std::string_view word) {
    std::uint64_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

Duration milliseconds_of(std::string_view word) {
    return std::chrono::milliseconds(number_of(word));
}

std::string counted_text(const std::map<std::string, std::uint64_t>& counts) {
    std::string text = "counted";
    for (const auto& [what, count] : counts) text += text_of("", {what, std::to_string(count)});
    return text;
}

Task<> load_until(Worker& worker, origin::S3Store& store, const std::string& key, SteadyTime end,
                  std::map<std::string, std::uint64_t>& counts) {
    while (worker.now() < end) {
        LoadRequest request;
        request.deadline = worker.now() + kLimit;
        const auto loaded = co_await store.load(worker, {key, {}}, std::move(request));
        ++counts[std::string(loaded ? "found" : name_of(loaded.error().code))];
    }
}

}  // namespace

std::string S3Session::answer(std::string_view line) {
    constexpr std::size_t kMostWords = 6;
    Words words;
    for (const auto part : std::views::split(line, '\t')) {
        std::string& word = words.emplace_back();
        wire::append_percent_decoded(word, {part.begin(), part.end()});
    }
    words.resize(kMostWords);
    const std::string& command = words[0];
    if (command == "load") return load(words);
    if (command == "head") return head(words);
    if (command == "put") return put(words, origin::PutCondition::none);
    if (command == "put_if_absent") return put(words, origin::PutCondition::if_absent);
    if (command == "remove") return remove(words);
    if (command == "list") return list(words);
    if (command == "load_for") return load_for(words);
    if (command == "connections") return connections();
    return error_text({Errc::bad_input, "no command " + command});
}

std::string S3Session::load(const Words& words) {
    const auto loaded = control_.run([&](Worker& worker) {
        LoadRequest request;
        request.validator = words[3];
        request.max_bytes = number_of(words[4]);
        request.deadline = worker.now() + (words[5].empty() ? kLimit : milliseconds_of(words[5]));
        return store_.load(worker, {words[1], words[2]}, std::move(request));
    });
    return loaded_text(loaded);
}

std::string S3Session::head(const Words& words) {
    return loaded_text(control_.run([&](Worker& worker) {
        return store_.head(worker, {words[1], words[2]}, worker.now() + kLimit);
    }));
}

std::string S3Session::put(const Words& words, origin::PutCondition condition) {
    return done_text(control_.run([&](Worker& worker) {
        return store_.put_if(worker, words[1], words[2], condition, worker.now() + kLimit);
    }));
}

std::string S3Session::remove(const Words& words) {
    return done_text(
        control_.run([&](Worker& worker) { return store_.remove(worker, {words[1], words[2]}); }));
}

std::string S3Session::list(const Words& words) {
    const auto page = control_.run(
        [&](Worker& worker) { return store_.list(worker, words[1], worker.now() + kLimit); });
    if (!page) return error_text(page.error());
    std::string text = text_of("page", {page->continuation});
    for (const wire::S3Object& object : page->objects) {
        text += text_of("", {object.key, std::to_string(object.size_bytes)});
    }
    return text;
}

std::string S3Session::load_for(const Words& words) {
    std::map<std::string, std::uint64_t> counts;
    control_.run([&](Worker& worker) {
        const SteadyTime end = worker.now() + milliseconds_of(words[2]);
        std::vector<Task<>> tasks;
        for (std::uint64_t i = 0; i < number_of(words[3]); ++i) {
            tasks.push_back(load_until(worker, store_, words[1], end, counts));
        }
        return runtime::when_all(worker, std::move(tasks));
    });
    return counted_text(counts);
}

std::string S3Session::connections() const {
    const http_client::ClientMetrics& metrics = store_.metrics();
    return counted_text({{"dials", metrics.dials.value()}, {"calls", metrics.calls.value()}});
}

}  // namespace aside::lab
