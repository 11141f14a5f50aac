#include "cli/watch_page.h"

namespace aside::cli {

runtime::Task<lab::HttpReply> WatchPage::reply_to(lab::ServedRequest request) {
    const bool reads = request.method == wire::Method::get || request.method == wire::Method::head;
    lab::HttpReply reply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                         .to_head = request.method == wire::Method::head};
    if (!reads) {
        reply.status = 405;
    } else if (request.target == "/metrics") {
        reply.body = registry_.render();
    } else if (request.target == "/healthz") {
        reply.body = "ok\n";
    } else {
        reply.status = 404;
    }
    co_return reply;
}

}  // namespace aside::cli
