//! From parameters to an answer, the same for every wire.

use super::Server;
use super::guard::Checked;
use super::parameters::Parameters;
use super::refusal::Refusal;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::{Request, Response as Answer, Variables};
use axum::http::StatusCode;
use futures::FutureExt;
use schema::Caller;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// An operation that may run.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) kind: OperationType,
    text: Arc<str>,
    /// The hash of a persisted query that was sent with its text.
    new: Option<String>,
    name: Option<String>,
    document: ExecutableDocument,
    variables: Variables,
}

impl Operation {
    /// Whether it logs sessions and does nothing else: then it may be large.
    pub(crate) fn is_log_batch(&self) -> bool {
        let operations = self.document.operations.iter().map(|(_, operation)| &operation.node);
        let mut fields = operations.flat_map(|operation| &operation.selection_set.node.items);
        fields.all(
            |item| matches!(&item.node, Selection::Field(field) if field.node.name.node == "logProgress"),
        )
    }

    /// The request of the executor.
    pub(crate) fn request(self) -> Request {
        let mut request = Request::new(self.text.as_ref()).variables(self.variables);
        request.operation_name = self.name;
        request.set_parsed_query(self.document);
        request
    }
}

impl Server {
    /// Finds the document that the parameters name, and holds it against the budgets.
    pub(crate) async fn prepare(&self, mut parameters: Parameters) -> Result<Operation, Refusal> {
        let (text, new) = self.documents.text(&mut parameters).await?;
        let variables = parameters.variables.take().unwrap_or_default();
        let name = parameters.operation_name.take();
        let Checked { document, kind, variables, .. } =
            self.guard.check(&text, name.as_deref(), variables)?;
        if let Some(hash) = &new {
            self.documents.keep(hash, &text);
        }
        Ok(Operation { kind, text, new, name, document, variables })
    }

    /// Runs a query or mutation when it is its turn. A query ends with its client; a mutation that has begun goes on
    /// by itself, so that its retry finds it done.
    pub(crate) async fn run(&self, operation: Operation, caller: Caller) -> Result<Answer, Refusal> {
        let request_id = caller.request_id.clone();
        let schema = self.schema.clone();
        if let Some(hash) = operation.new.as_ref().filter(|_| caller.scope.is_some()) {
            self.documents.share(hash, &operation.text).await;
        }
        let turn = self.turns.take(&caller).await?;
        let mutation = operation.kind == OperationType::Mutation;
        let request = operation.request();
        let work = async move {
            let _turn = turn;
            AssertUnwindSafe(schema.execute(request, caller)).catch_unwind().await
        };
        let limit = self.settings.request_timeout;
        let ended = if mutation {
            let task = self.operations.spawn(work);
            tokio::time::timeout(limit, task)
                .await
                .map(|joined| joined.unwrap_or_else(|error| Err(Box::new(error))))
        } else {
            tokio::time::timeout(limit, work).await
        };
        match ended {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => {
                tracing::error!(request_id, "an operation panicked");
                Err(Refusal::internal())
            }
            Err(_) => {
                let message = "The operation took too long.";
                Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", message))
            }
        }
    }
}
