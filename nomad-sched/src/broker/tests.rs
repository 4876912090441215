use super::*;

fn eval(n: u8, job: &str, priority: i64) -> Arc<Evaluation> {
    Arc::new(Evaluation {
        id: EvalId::from_random([n; 16]),
        job_id: job.parse().unwrap(),
        priority,
        create_index: Index(u64::from(n)),
        modify_index: Index(u64::from(n)),
        ..Evaluation::default()
    })
}

const NOW: Timestamp = Timestamp::from_unix_secs(1000);

fn after(secs: i64) -> Timestamp {
    NOW.plus(Span::from_secs(secs))
}

#[test]
fn the_most_urgent_goes_first_then_the_oldest() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(2, "b", 50));
    broker.enqueue(NOW, eval(1, "a", 50));
    broker.enqueue(NOW, eval(3, "c", 90));
    let order: Vec<String> = std::iter::from_fn(|| broker.dequeue(NOW))
        .map(|(eval, _)| eval.job_id.to_string())
        .collect();
    assert_eq!(order, ["c", "a", "b"]);
}

#[test]
fn a_job_has_one_evaluation_in_work_and_the_rest_is_superseded() {
    let mut broker = Broker::default();
    for n in 1..=4 {
        broker.enqueue(NOW, eval(n, "a", 50));
    }
    let (first, token) = broker.dequeue(NOW).unwrap();
    assert!(broker.dequeue(NOW).is_none());
    broker.ack(NOW, first.id, token).unwrap();
    let (second, _) = broker.dequeue(NOW).unwrap();
    assert_eq!(second.id, eval(4, "a", 50).id, "the newest is kept");
    assert_eq!(broker.take_superseded(10).len(), 2);
}

#[test]
fn a_failed_delivery_comes_back_later_and_gives_up_after_three() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(1, "a", 50));
    let mut now = NOW;
    for delay in [1, 20] {
        let (eval, token) = broker.dequeue(now).unwrap();
        broker.nack(now, eval.id, token).unwrap();
        assert!(broker.dequeue(now).is_none());
        now = now.plus(Span::from_secs(delay));
        assert_eq!(broker.next_wakeup(), Some(now));
        broker.advance(now);
    }
    let (eval, token) = broker.dequeue(now).unwrap();
    broker.nack(now, eval.id, token).unwrap();
    assert_eq!(broker.take_failed(), [eval.id]);
}

#[test]
fn a_delivery_that_takes_too_long_is_fenced_off() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(1, "a", 50));
    let (eval, token) = broker.dequeue(NOW).unwrap();
    assert_eq!(broker.advance(after(60)), [eval.id]);
    assert!(broker.ack(after(60), eval.id, token).is_err());
}

#[test]
fn a_delivery_whose_plan_waits_has_no_deadline() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(1, "a", 50));
    let (eval, token) = broker.dequeue(NOW).unwrap();
    broker.pause(eval.id, token).unwrap();
    assert!(broker.advance(after(600)).is_empty());
    broker.resume(after(600), eval.id, token).unwrap();
    assert_eq!(broker.next_wakeup(), Some(after(660)));
}

#[test]
fn a_delayed_evaluation_waits_without_its_jobs_slot() {
    let mut broker = Broker::default();
    let later = Evaluation {
        wait_until: after(30),
        ..(*eval(1, "a", 50)).clone()
    };
    broker.enqueue(NOW, Arc::new(later));
    broker.enqueue(NOW, eval(2, "a", 50));
    let (eval, token) = broker.dequeue(NOW).unwrap();
    assert_eq!(eval.create_index, Index(2));
    broker.ack(NOW, eval.id, token).unwrap();
    assert!(broker.dequeue(after(29)).is_none());
    broker.advance(after(30));
    assert!(broker.dequeue(after(30)).is_some());
}

#[test]
fn what_is_enqueued_while_outstanding_is_handed_out_after_the_ack() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(1, "a", 50));
    let (first, token) = broker.dequeue(NOW).unwrap();
    broker.enqueue(NOW, eval(1, "a", 50));
    assert!(broker.dequeue(NOW).is_none());
    broker.ack(NOW, first.id, token).unwrap();
    assert!(broker.dequeue(NOW).is_some());
}

#[test]
fn a_removed_evaluation_frees_its_jobs_slot() {
    let mut broker = Broker::default();
    broker.enqueue(NOW, eval(1, "a", 50));
    broker.enqueue(NOW, eval(2, "a", 50));
    broker.remove(eval(1, "a", 50).id);
    assert_eq!(broker.dequeue(NOW).unwrap().0.create_index, Index(2));
}
