from django.urls import path

from complaints.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("complain/", views.complain, name="complain"),
    path("complain/received/<str:token>/", views.received, name="received"),
    path("track/", views.find_link, name="find_link"),
    path("track/sent/", views.link_sent, name="link_sent"),
    path("track/<str:token>/", views.track, name="track"),
    path("track/<str:token>/news/", views.news, name="news"),
    path("track/<str:token>/answer/", views.answer, name="answer"),
    path("track/<str:token>/verdict/", views.verdict, name="verdict"),
    path("track/<str:token>/remedy/", views.remedy, name="remedy"),
    path("track/<str:token>/climb/", views.climb, name="climb"),
    path("track/<str:token>/wishes/", views.wishes, name="wishes"),
    path("track/<str:token>/vouchers/<int:number>/", views.voucher, name="voucher"),
    path("track/<str:token>/files/<int:number>/", views.file, name="file"),
]
