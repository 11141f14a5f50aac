#include "aws/error_meaning.h"

#include <algorithm>

namespace aside::aws {
namespace {

constexpr std::string_view kCheckClock = "this machine's clock is wrong";
constexpr std::string_view kCheckRegion =
    "the bucket is in another region: set region= in the store's URL";
constexpr std::string_view kCheckKeys = "the access key is not known, or not active";
constexpr std::string_view kCheckSecret = "the secret does not belong to the access key";
constexpr std::string_view kCheckArchive = "the object is archived and must be restored first";

struct Row {
    std::string_view name;
    ErrorMeaning meaning;
};

constexpr ErrorMeaning kAbsent{ErrorStep::absent, Errc::not_found};
constexpr ErrorMeaning kBusy{ErrorStep::retry, Errc::throttled};
constexpr ErrorMeaning kBroken{ErrorStep::retry, Errc::io};

constexpr ErrorMeaning renew(std::string_view advice) {
    return {ErrorStep::renew_credentials, Errc::denied, false, advice};
}
// Never bad_input: a client's request is not wrong when a setting of ours is.
constexpr ErrorMeaning settings(Errc code, std::string_view advice) {
    return {ErrorStep::give_up, code, true, advice};
}

constexpr Row kRows[] = {
    // S3: what was asked for.
    {"NoSuchKey", kAbsent},
    {"NoSuchVersion", kAbsent},
    {"NoSuchBucket", settings(Errc::not_found, "the bucket does not exist")},
    {"PermanentRedirect", settings(Errc::denied, kCheckRegion)},
    {"TemporaryRedirect", settings(Errc::denied, kCheckRegion)},
    {"AuthorizationHeaderMalformed", settings(Errc::denied, kCheckRegion)},
    {"IllegalLocationConstraintException", settings(Errc::denied, kCheckRegion)},
    {"InvalidObjectState", {ErrorStep::give_up, Errc::denied, false, kCheckArchive}},
    {"PreconditionFailed", {ErrorStep::give_up, Errc::conflict}},
    {"ConditionalRequestConflict", {ErrorStep::retry, Errc::conflict}},
    {"OperationAborted", {ErrorStep::retry, Errc::conflict}},
    {"EntityTooLarge", {ErrorStep::give_up, Errc::too_large}},
    {"KeyTooLongError", {ErrorStep::give_up, Errc::bad_input}},
    {"InvalidURI", {ErrorStep::give_up, Errc::bad_input}},
    {"InvalidObjectName", {ErrorStep::give_up, Errc::bad_input}},  // Ceph's: a key that is no text
    {"InvalidArgument", {ErrorStep::give_up, Errc::bad_input}},    // a version id of another form
    // S3: too much, too slow, broken.
    {"SlowDown", kBusy},
    {"ServiceUnavailable", kBusy},
    {"TooManyRequests", kBusy},
    {"RequestTimeout", {ErrorStep::retry, Errc::timed_out}},
    {"InternalError", kBroken},
    // DynamoDB.
    {"ResourceNotFoundException",
     settings(Errc::not_found, "the table does not exist in this region")},
    {"ValidationException",
     settings(Errc::denied, "the table's key is not what key= (and position=) say")},
    {"ConditionalCheckFailedException", {ErrorStep::give_up, Errc::conflict}},
    {"TransactionInProgressException", {ErrorStep::retry, Errc::conflict}},
    {"ItemCollectionSizeLimitExceededException", {ErrorStep::give_up, Errc::too_large}},
    {"ProvisionedThroughputExceededException", kBusy},
    {"ThrottlingException", kBusy},
    {"Throttling", kBusy},
    {"RequestLimitExceeded", kBusy},
    {"LimitExceededException", kBusy},
    {"InternalServerError", kBroken},
    {"InternalFailure", kBroken},
    // Who asks.
    {"AccessDenied", settings(Errc::denied, kRefusedByPolicy)},
    {"AccessDeniedException", settings(Errc::denied, kRefusedByPolicy)},
    {"AllAccessDisabled", settings(Errc::denied, "access to the bucket is disabled")},
    {"AccountProblem", settings(Errc::denied, {})},
    {"ExpiredToken", renew("the session has expired")},
    {"ExpiredTokenException", renew("the session has expired")},
    {"TokenRefreshRequired", renew("the session has expired")},
    {"InvalidToken", renew("the session token is not valid")},
    {"InvalidAccessKeyId", renew(kCheckKeys)},
    {"UnrecognizedClientException", renew(kCheckKeys)},
    {"InvalidClientTokenId", renew(kCheckKeys)},
    {"SignatureDoesNotMatch", settings(Errc::denied, kCheckSecret)},
    {"InvalidSignatureException", settings(Errc::denied, kCheckSecret)},
    {"MissingAuthenticationTokenException", settings(Errc::denied, "the request was not signed")},
    {"MissingAuthenticationToken", settings(Errc::denied, "the request was not signed")},
    // STS, of a web identity.
    {"InvalidIdentityToken", settings(Errc::denied, "the identity's token is not valid here")},
    {"IDPRejectedClaim", settings(Errc::denied, "the identity's provider refuses its token")},
    {"IDPCommunicationError", kBroken},
    {"RequestTimeTooSkewed", {ErrorStep::correct_clock, Errc::denied, false, kCheckClock}},
    {"RequestExpired", {ErrorStep::correct_clock, Errc::denied, false, kCheckClock}},
};

// Services say by the text alone that a signature is right and merely too old or too new.
bool speaks_of_time(std::string_view message) {
    return message.find("Signature expired") != std::string_view::npos ||
           message.find("Signature not yet current") != std::string_view::npos;
}

// Names that are not in the table, and none.
ErrorMeaning by_status(unsigned status, bool named) {
    if (status == 429) return kBusy;
    if (status == 503) return kBusy;
    if (status >= 500) return kBroken;
    if (status == 401 || status == 403) return settings(Errc::denied, kRefusedByPolicy);
    if (status == 408) return {ErrorStep::retry, Errc::timed_out};
    if (status == 412) return {ErrorStep::give_up, Errc::conflict};
    if (status == 301 || status == 307) return settings(Errc::denied, kCheckRegion);
    // The service works, and refuses: what we ask is rather our fault than our caller's.
    if (status >= 400 && named) return {ErrorStep::give_up, Errc::denied};
    return {ErrorStep::give_up, Errc::protocol};
}

}  // namespace

std::string_view error_name(std::string_view type) {
    if (const std::size_t hash = type.find('#'); hash != std::string_view::npos) {
        type.remove_prefix(hash + 1);
    }
    return type.substr(0, type.find(':'));
}

std::string describe_error(std::string_view service, unsigned status, std::string_view name,
                           std::string_view message, const ErrorMeaning& meaning) {
    std::string text(service);
    text.append(" answered ").append(std::to_string(status));
    if (!name.empty()) text.append(" ").append(name);
    if (!message.empty()) text.append(": ").append(message);
    if (!meaning.advice.empty()) text.append(" (").append(meaning.advice).append(")");
    return text;
}

ErrorMeaning meaning_of(unsigned status, std::string_view name, std::string_view message) {
    if (name == "InvalidSignatureException" && speaks_of_time(message)) {
        return {ErrorStep::correct_clock, Errc::denied, false, kCheckClock};
    }
    const Row* const row = std::ranges::find(kRows, name, &Row::name);
    return row != std::end(kRows) ? row->meaning : by_status(status, !name.empty());
}

}  // namespace aside::aws
