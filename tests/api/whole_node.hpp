// A node with everything behind the real route table, asked through its dispatcher as net/ would ask it.
#pragma once

#include <future>
#include <thread>

#include "api/dispatcher.hpp"
#include "api/routes.hpp"
#include "api/system_info.hpp"
#include "tests/api/trace_fixture.hpp"

namespace ingot {

struct WholeNode : TraceNode {
    explicit WholeNode(Limits const& given = {}) : TraceNode(given) {
        api::DispatcherOptions options;
        options.workers = 2;
        options.authenticate = [this](std::string_view token) { return registry->authenticate(token); };
        dispatcher = std::make_unique<api::Dispatcher>(api::routes(), all, std::move(options));
    }
    ~WholeNode() { dispatcher->stop(); }

    using Fields = std::vector<std::pair<std::string, std::string>>;

    // `key`: an API key, empty = anonymous. A change gets an Idempotency-Key of its own.
    Got send(net::Method method, std::string target, std::string const& key = {}, std::string body = {},
             Fields fields = {}) {
        Sent sent{method, std::move(target), std::move(body), nullptr, std::move(fields), {}};
        if (!key.empty()) sent.fields.emplace_back("Authorization", "Bearer " + key);
        if (!sent.body.empty()) sent.fields.emplace_back("Content-Type", "application/json");
        sent.fields.emplace_back("Idempotency-Key", "whole-node-key-" + std::to_string(1000 + ++sent_));
        sent.fields.emplace_back("Accept-Language", "en");
        auto request = std::make_shared<net::Request>(request_of(sent));
        request->head.has_body = !sent.body.empty();
        request->head.content_length = sent.body.size();
        request->head.peer = "127.0.0.1";
        std::promise<net::Answer> promise;
        dispatcher->handle(request, [&](net::Answer answer) {
            answered_by = std::this_thread::get_id();
            promise.set_value(std::move(answer));
        });
        net::Answer answer = promise.get_future().get();
        std::string text;
        if (answer.stream)
            while (answer.stream->next(text)) {
            }
        Got made = shown(std::move(answer));
        if (!text.empty()) made.body = text;
        return made;
    }

    api::SystemInfo system{api::SystemInfo::Options{}};
    api::Services all{*engine, *registry, *resolver, *trace,          clock,
                      random,  set,       metrics,   "ingot.example", "ingot.example/v1/log",
                      &system};
    std::unique_ptr<api::Dispatcher> dispatcher;
    std::thread::id answered_by;  // the thread of the last answer

  private:
    int sent_ = 0;
};

}  // namespace ingot
