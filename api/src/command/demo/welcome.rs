//! What the demo tells when it is ready.

use std::net::SocketAddr;
use std::path::Path;

/// Who can sign in, with what, and what to try.
pub(super) fn text(address: SocketAddr, folder: &Path) -> String {
    let curl = format!("curl -s http://{address}/graphql -H 'content-type: application/json'");
    let sign_in = |role: &str| {
        format!(
            r#"$({curl} -d '{{"query":"mutation {{ signIn(input: {{email: \"{role}@demo.example\", password: \"plumbline-demo\"}}) {{ session {{ accessToken }} }} }}"}}' | sed -E 's/.*"accessToken":"([^"]+)".*/\1/')"#
        )
    };
    let today = "{ today { date program { title } items { prescription { exercise { name } } timesDue timesDone } } }";
    let caseload =
        "{ caseload(first: 5) { totalCount nodes { patient { name } adherence7 painNow lastActivityAt } } }";
    let ask = |token: &str, query: &str| {
        format!(r#"{curl} -H "authorization: Bearer ${token}" -d '{{"query":"{query}"}}'; echo"#)
    };
    format!(
        "
*** This is a DEMO. Its passwords are public and staff have no second factor here.
*** Never put a real patient into it.

GraphiQL     http://{address}/graphiql
Data         {folder}

Sign in as   patient@demo.example     today's program, log, reminders
             therapist@demo.example   caseload and programs
             admin@demo.example       clinic and members
Password     plumbline-demo

Paste into another terminal. Sign in as the patient:

PATIENT={patient}; echo $PATIENT

What the patient has to do today:

{today}

The therapist's caseload:

THERAPIST={therapist}; {caseload}

Lines that begin with `push` are pushes of reminders. Stop with ctrl-c.

",
        folder = folder.display(),
        patient = sign_in("patient"),
        today = ask("PATIENT", today),
        therapist = sign_in("therapist"),
        caseload = ask("THERAPIST", caseload),
    )
}
