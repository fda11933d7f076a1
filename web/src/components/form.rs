//! What every form does: send once, keep the input, put each problem beside its field and the focus on the first.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::error_note::ErrorNote;
use super::icon::{self, Icon};
use crate::api::{Failure, Problem};

/// The state of one form.
#[derive(Clone, Copy)]
pub struct Form {
    /// On its way to the server.
    pub busy: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
    failure: RwSignal<Option<Failure>>,
    /// Fields that show their own problems.
    fields: StoredValue<Vec<&'static str>>,
}

impl Form {
    /// A form that nobody has sent yet.
    pub fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            failure: RwSignal::new(None),
            fields: StoredValue::new(Vec::new()),
        }
    }

    /// The problem to show beside the input with this GraphQL name.
    pub fn problem_of(self, field: &'static str) -> Signal<Option<String>> {
        self.fields.update_value(|fields| fields.push(field));
        Signal::derive(move || {
            let problem = self.problem.get()?;
            (problem.field.as_deref() == Some(field)).then_some(problem.message)
        })
    }

    /// Sends, unless it is being sent; `done` gets the outcome when it succeeded.
    pub fn send<Outcome: 'static>(
        self,
        work: impl Future<Output = Result<Result<Outcome, Problem>, Failure>> + 'static,
        done: impl FnOnce(Outcome) + 'static,
    ) {
        if !self.begin() {
            return;
        }
        spawn_local(async move {
            let outcome = work.await;
            if !self.end() {
                return;
            }
            match outcome {
                Ok(Ok(outcome)) => done(outcome),
                Ok(Err(problem)) => self.show_problem(problem),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// False while it is being sent.
    fn begin(self) -> bool {
        if self.busy.get_untracked() {
            return false;
        }
        self.busy.set(true);
        self.problem.set(None);
        self.failure.set(None);
        true
    }

    /// False when the page was left meanwhile, and its signals with it.
    fn end(self) -> bool {
        self.busy.try_set(false).is_none()
    }

    fn show_problem(self, problem: Problem) {
        self.problem.set(Some(problem));
        focus_first_problem();
    }

    /// The problem that belongs to no field on the page.
    fn general(self) -> Option<String> {
        let problem = self.problem.get()?;
        let beside_field = problem
            .field
            .as_deref()
            .is_some_and(|field| self.fields.with_value(|fields| fields.contains(&field)));
        (!beside_field).then_some(problem.message)
    }
}

/// A payload's two ways out as one.
pub fn settle<Outcome>(outcome: Option<Outcome>, problem: Option<Problem>) -> Result<Outcome, Problem> {
    match (outcome, problem) {
        (_, Some(problem)) => Err(problem),
        (Some(outcome), None) => Ok(outcome),
        (None, None) => Err(Problem {
            code: "EMPTY".to_owned(),
            message: "The server answered with nothing. Reload the page to see what is there now.".to_owned(),
            field: None,
        }),
    }
}

/// The problem or failure of the whole form, above its buttons.
#[component]
pub fn FormNote(form: Form) -> impl IntoView {
    view! {
        <div role="alert">
            {move || form.general().map(|message| view! {
                <p class="form-note"><Icon icon=icon::Icon::CircleAlert/><span>{message}</span></p>
            })}
        </div>
        <ErrorNote failure=form.failure/>
    }
}

fn focus_first_problem() {
    request_animation_frame(|| {
        let invalid = document().query_selector("[aria-invalid=true]").ok().flatten();
        if let Some(invalid) = invalid.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = invalid.focus();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_outweighs_an_outcome_and_nothing_is_a_problem_too() {
        let problem = Problem { code: "X".to_owned(), message: "m".to_owned(), field: None };
        assert_eq!(settle(Some(1), None), Ok(1));
        assert_eq!(settle(Some(1), Some(problem.clone())), Err(problem));
        assert!(settle::<i32>(None, None).is_err());
    }
}
